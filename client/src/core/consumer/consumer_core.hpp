#pragma once

#include <functional>
#include <kwire/client/record.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/consumer/consumer_context.hpp"
#include "core/consumer/fetcher.hpp"
#include "core/consumer/group_member.hpp"
#include "core/consumer/offset_committer.hpp"
#include "core/consumer/offset_queries.hpp"
#include "core/consumer/position_finder.hpp"
#include "core/consumer/reading_table.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// A consumer without its application: membership, positions, fetching and commits.
class consumer_core final : public reactor {
 public:
  consumer_core(const client_settings& client, const consumer_settings& settings, consumer_sink& sink,
                std::uint64_t seed, std::uint32_t owner);

  // What the application does; the engine lets the core advance afterwards.
  void start(const std::vector<partition_start>& partitions);
  void drop(const std::vector<topic_partition>& partitions);
  /// Nothing more is fetched of these until they are started again.
  void halt(const std::vector<topic_partition>& partitions);
  void pause(const std::vector<topic_partition>& partitions, bool paused);
  /// Joins the group for these topics, or changes them; none means leaving.
  void subscribe(std::vector<std::string> topics, time_point now) {
    member_.subscribe(std::move(topics), now);
  }
  /// The last rebalance notice has been carried out.
  void rebalance_done(std::vector<topic_partition> owned, time_point now) {
    member_.rebalance_done(std::move(owned), now);
  }
  /// A poll has begun.
  void polled(time_point now) { member_.polled(now); }
  void commit(std::vector<commit_entry> entries, time_point deadline, offset_committer::completion done,
              time_point now) {
    committer_.commit(std::move(entries), deadline, std::move(done), now);
  }
  /// In whose name offsets can be committed now, or why they cannot.
  result<commit_identity> committing_as() const;
  void list_offsets(std::vector<list_target> targets, time_point deadline,
                    std::function<void(result<offset_queries::listed>)> done, time_point now);
  void fetch_committed(std::vector<topic_partition> partitions, time_point deadline,
                       std::function<void(result<offset_queries::committed>)> done, time_point now) {
    queries_.fetch_committed(std::move(partitions), deadline, std::move(done), now);
  }
  /// Leaves the group and tells when that is done or the deadline has passed.
  void leave(time_point deadline, std::function<void()> done, time_point now) {
    member_.leave("the consumer is being closed", deadline, std::move(done), now);
  }

  void handle(std::uint64_t token, response answer, time_point now) override;
  void metadata_changed(const std::shared_ptr<const metadata_snapshot>& snapshot, time_point now) override;
  void advance(time_point now) override;
  time_point next_deadline() const override;
  void metrics(metrics_snapshot& into) const override;

  const reading_table& partitions() const noexcept { return partitions_; }
  const fetcher& fetches() const noexcept { return fetcher_; }

 private:
  void update_interest();

  consumer_context context_;
  reading_table partitions_;
  position_finder finder_;
  fetcher fetcher_;
  group_member member_;
  offset_committer committer_;
  offset_queries queries_;
  std::set<std::string> asked_about_;  // topics of questions; their metadata is kept from then on
  std::set<std::string> interest_;
};

}  // namespace kwire::core
