#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "core/consumer/consumer_context.hpp"
#include "core/consumer/offset_bodies.hpp"

namespace kwire::core {

/// Answers the application's questions about offsets: what is committed, where partitions begin and end,
/// which offset a time has. Asks again until every partition has an answer or the deadline passes.
class offset_queries {
 public:
  using listed = std::map<topic_partition, listed_offset>;
  using committed = std::map<topic_partition, committed_state>;

  explicit offset_queries(consumer_context& context) : context_(&context) {}

  void list(std::vector<list_target> targets, time_point deadline, std::function<void(result<listed>)> done,
            time_point now);
  void fetch_committed(std::vector<topic_partition> partitions, time_point deadline,
                       std::function<void(result<committed>)> done, time_point now);

  void advance(time_point now);
  time_point next_deadline() const;

 private:
  struct job {
    std::vector<list_target> targets;         ///< without an answer yet; empty for committed offsets
    std::vector<topic_partition> partitions;  ///< of a question for committed offsets
    time_point deadline;
    time_point not_before{};
    unsigned in_flight = 0;
    listed found;
    std::optional<error> last;
    backoff pause;
    std::function<void(result<listed>)> told_listed;
    std::function<void(result<committed>)> told_committed;
    explicit job(const backoff& b) : pause(b) {}
  };
  using handle = std::list<job>::iterator;

  void ask(handle which, time_point now);
  void ask_leaders(handle which, time_point now);
  void ask_group(handle which, time_point now);
  void on_listed(handle which, const std::vector<list_target>& asked, const response& answer, time_point now);
  void on_committed(handle which, const response& answer, time_point now);
  void wait(handle which, time_point now);
  void fail(handle which, error why);

  consumer_context* context_;
  std::list<job> jobs_;
};

}  // namespace kwire::core
