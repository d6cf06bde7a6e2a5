#pragma once

#include <atomic>
#include <condition_variable>
#include <kwire/client/producer.hpp>
#include <mutex>
#include <optional>
#include <span>

#include "api/bells.hpp"
#include "api/transaction_calls.hpp"
#include "core/config/producer_settings.hpp"
#include "core/producer/accumulator.hpp"
#include "core/producer/partitioner.hpp"
#include "runtime/engine.hpp"
#include "runtime/process_mark.hpp"

namespace kwire::api_detail {

struct lane;

/// The way of a record from `produce` into its batch: topic, partition, and the waits for metadata and room.
/// Thread-safe.
class record_intake {
 public:
  using milliseconds = std::chrono::milliseconds;
  using time_point = core::time_point;

  record_intake(runtime::engine& engine, const core::producer_settings& settings,
                core::accumulator& accumulator, const transaction_calls& transactions,
                partition_function function);

  enum class tried : std::uint8_t {
    accepted,
    refused,        ///< `why` tells the reason
    no_partitions,  ///< the partitions of `topic` are not known yet
    no_room,        ///< `needed` octets are
  };
  struct trial {
    std::optional<error> why;
    core::topic_slot* topic = nullptr;
    std::size_t needed = 0;
  };
  /// Accepts the record if that is possible without a wait. The report is taken only then.
  tried attempt(const record& what, delivery_callback& report, trial& state);
  /// The same, with waits of `limit` in all; `wait_for_room` set to false: for metadata only.
  result<void> accept(const record& what, delivery_callback& report, milliseconds limit, bool wait_for_room);

  /// Accepts records in order up to the first that is refused; `limit` is for all.
  produced accept_all(std::span<const record> records, milliseconds limit);

  /// How long metadata of a topic is waited for, and of one that the cluster does not know.
  struct patience {
    time_point deadline;
    time_point unknown_until;
  };
  patience patience_until(time_point deadline) const;
  using partitions = result<const core::partition_table*>;
  /// The partitions of a topic, or why there will be none. Nothing: wait for a change, at most until `until`,
  /// and then `gave_up`.
  std::optional<partitions> look(const core::topic_slot& topic, const patience& limits, time_point& until);
  static error gave_up(const core::topic_slot& topic, const metrics_snapshot& now);
  /// The same as a blocking call.
  partitions wait_for_partitions(core::topic_slot& topic, time_point deadline);
  bells& changes() noexcept { return changes_; }
  error queue_full(const record& what) const;

  /// Nothing is accepted from now on. False when that was so before.
  bool close();
  bool closed() const noexcept { return closed_.load(std::memory_order_relaxed); }
  /// A topic has partitions now, or a reason why it has none; `broken` if nothing can be sent any more.
  void topics_changed(const std::optional<error>& broken);

 private:
  tried try_now(const record& what, delivery_callback& report, trial& state);
  lane& lane_of(std::string_view topic);
  lane& find_lane(std::string_view topic);
  tried append(const record& what, lane& here, const core::partition_table& table,
               const core::accumulator::item& item, std::size_t bound, delivery_callback& report,
               trial& state);
  tried refuse(trial& state, error why) const;
  error too_large(const record& what, std::size_t size) const;
  result<void> accept_late(const record& what, delivery_callback& report, tried outcome, trial& state,
                           time_point deadline, bool wait_for_room);
  bool wait_for_room(std::size_t needed, time_point deadline);

  runtime::engine* engine_;
  const core::producer_settings* settings_;
  const core::partitioner partitioner_;
  core::accumulator* accumulator_;
  const transaction_calls* transactions_;
  const std::uint64_t instance_;
  const runtime::process_mark made_;
  std::atomic<bool> closed_{false};

  std::mutex topics_lock_;
  std::condition_variable topics_changed_;
  std::uint64_t changed_ = 0;
  std::optional<error> broken_;
  bells changes_;  ///< of topics, and the close
};

}  // namespace kwire::api_detail
