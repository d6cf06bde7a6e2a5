#pragma once

#include <functional>
#include <list>
#include <map>
#include <vector>

#include "core/consumer/consumer_context.hpp"
#include "core/consumer/offset_bodies.hpp"

namespace kwire::core {

/// Commits offsets: those the application names, until they are through or the deadline passes, and in the
/// background those of batches that are done with.
class offset_committer {
 public:
  using completion = std::function<void(result<commit_answer>)>;
  /// The group's view of who we are, or why it would refuse us.
  using identity_source = std::function<result<commit_identity>()>;
  /// The coordinator refuses this identity.
  using refusal = std::function<void(broker_errc code, const commit_identity& who, time_point now)>;

  offset_committer(consumer_context& context, identity_source identity, refusal refused)
      : context_(&context),
        identity_(std::move(identity)),
        refused_(std::move(refused)),
        pause_(context.make_pause()) {}

  /// Ends once, with a code per partition or one error for all.
  void commit(std::vector<commit_entry> entries, time_point deadline, completion done, time_point now);
  /// The partition is not ours any more: what is known about its commits says nothing about a later period.
  void forget(const topic_partition& where) { acknowledged_.erase(where); }

  void advance(time_point now);
  time_point next_deadline() const;
  bool idle() const noexcept { return jobs_.empty(); }

 private:
  struct job {
    std::vector<commit_entry> entries;
    time_point deadline;
    completion done;
    bool automatic = false;
    commit_answer codes;
    time_point not_before{};
    bool in_flight = false;
  };
  using handle = std::list<job>::iterator;

  void send_first(time_point now);
  void send(handle which, time_point now);
  void on_answer(handle which, const commit_identity& who, const response& answer, time_point now);
  void retry(handle which, error why, time_point now);
  void finish(handle which, result<commit_answer> outcome);
  void start_automatic(time_point now);

  consumer_context* context_;
  identity_source identity_;
  refusal refused_;
  backoff pause_;
  std::list<job> jobs_;
  std::map<topic_partition, std::int64_t> acknowledged_;
  time_point next_automatic_ = never;
  bool automatic_runs_ = false;
};

}  // namespace kwire::core
