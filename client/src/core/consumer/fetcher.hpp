#pragma once

#include <cstdint>
#include <kwire/protocol/messages/fetch.hpp>
#include <map>
#include <set>
#include <vector>

#include "core/consumer/consumer_context.hpp"
#include "core/consumer/fetch_session.hpp"
#include "core/consumer/reading_table.hpp"

namespace kwire::core {

/// Keeps one fetch under way per broker that leads partitions of the consumer, as long as the budget has
/// room. An answer moves the partitions' offsets at once, so that the next fetch leaves before the records
/// are handed over.
class fetcher {
 public:
  fetcher(consumer_context& context, reading_table& partitions)
      : context_(&context), partitions_(&partitions) {}

  void advance(time_point now);
  time_point next_deadline() const;
  void metadata_changed() { refresh_asked_ = false; }

  std::uint64_t fetches() const noexcept { return fetches_; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  /// For tests: the session with a broker.
  const fetch_session* session(node_id node) const;

 private:
  using answer_partition = protocol::fetch_response::partition;

  struct broker {
    fetch_session session;
    bool in_flight = false;
    std::size_t reserved = 0;
    time_point not_before{};
    backoff pause;
    explicit broker(const backoff& b) : pause(b) {}
  };

  std::map<node_id, fetch_targets> targets(time_point now);
  bool ask(node_id node, fetch_targets wanted, time_point now);
  std::size_t room(std::size_t brokers);
  void on_answer(node_id node, response answer, time_point now);
  void failed(node_id node, broker& from, error why, time_point now);
  void on_partition(node_id node, const topic_partition& where, const fetch_target& asked,
                    answer_partition& data, const frame& keep, time_point now);
  void on_records(const topic_partition& where, partition_state& state, answer_partition& data,
                  const frame& keep);
  void on_error(node_id node, const topic_partition& where, partition_state& state, broker_errc code,
                time_point now);
  void out_of_range(node_id node, const topic_partition& where, partition_state& state, time_point now);
  void retry(partition_state& state, time_point now, bool stale);
  void need_metadata();

  consumer_context* context_;
  reading_table* partitions_;
  std::map<node_id, broker> brokers_;
  protocol::fetch_response answer_;  // storage reused from answer to answer
  std::vector<fetched_chunk> chunks_;
  bool refresh_asked_ = false;
  bool waits_for_room_ = false;
  std::uint64_t fetches_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace kwire::core
