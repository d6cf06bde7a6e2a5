#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <kwire/client/delivery.hpp>
#include <kwire/protocol/records/batch_builder.hpp>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/producer/accumulator_pool.hpp"
#include "core/producer/report_list.hpp"
#include "core/producer/slot_lock.hpp"

namespace kwire::core {

struct partition_slot;

/// Records of one partition on their way, in wire form. Owned by one place at a time: the slot while open
/// or waiting, then the producer core, then (for its reports) the callback thread.
struct batch {
  partition_slot* slot = nullptr;
  std::uint64_t serial = 0;  ///< in the order of opening, over the whole producer
  std::shared_ptr<batch_memory> memory;
  protocol::batch_builder builder;
  report_list reports;
  time_point opened{};

  std::int32_t count = 0;  ///< of records; set when it is taken

  // Set by the producer core.
  std::span<std::byte> sealed{};
  std::int32_t base_sequence = -1;
  std::int64_t number = 0;  ///< among the partition's batches of its identity
  uuid incarnation{};       ///< of the topic, when it was last sent; zero before and without topic ids
  std::int64_t attempts = 0;
  bool maybe_persisted = false;  ///< an attempt ended without a word from the broker
  bool stray = false;            ///< and may still be on its way there, whatever was heard since

  // Of batches that were split: all parts have the serial, and it is finished with the last of them.
  std::int32_t first_record = 0;                     ///< of the part within the batch as it was opened
  std::shared_ptr<std::atomic<std::int32_t>> parts;  ///< without an outcome; null when it is whole

  /// Called once, when its outcome has been told: true for the last part of a batch, and for a whole one.
  bool ends_serial() const noexcept { return !parts || parts->fetch_sub(1, std::memory_order_acq_rel) == 1; }
  /// Batches of a partition by age.
  friend bool older(const batch& a, const batch& b) noexcept {
    return std::pair{a.serial, a.first_record} < std::pair{b.serial, b.first_record};
  }
};

/// The sequence number behind `count` more; they wrap from 2^31-1 to 0.
constexpr std::int32_t sequence_after(std::int32_t sequence, std::int32_t count) noexcept {
  return static_cast<std::int32_t>(
      (static_cast<std::uint32_t>(sequence) + static_cast<std::uint32_t>(count)) & INT32_MAX);
}
using batch_ptr = std::unique_ptr<batch>;

struct topic_slot;

/// One partition of a topic, from the producer's side. The first group is shared between threads under
/// `lock`; the second belongs to the producer core alone.
struct alignas(64) partition_slot {
  slot_lock lock;
  batch_ptr open;
  std::deque<batch_ptr> closed;  ///< full, in order
  std::uint64_t accepted = 0;    ///< records ever
  std::size_t last_size = 0;     ///< of the last full batch: what to begin the next one with

  // Hints for records that may go anywhere.
  std::atomic<bool> available{true};         ///< has a leader that answers
  std::atomic<std::uint32_t> unanswered{0};  ///< batches without an outcome

  topic_slot* topic = nullptr;
  partition_id id{};

  struct sending_state {
    node_id leader = no_node;
    bool queued = false;           ///< in a node's queue
    std::uint64_t due_serial = 0;  ///< open batches up to this one have lingered long enough
    std::deque<batch_ptr> again;   ///< to be sent before anything newer, in order
    struct under_way {
      std::uint64_t serial;
      std::int32_t first_record;
      std::int64_t number;

      bool is(const batch& other) const noexcept {
        return serial == other.serial && first_record == other.first_record;
      }
      bool is_older_than(const batch& other) const noexcept {
        return std::pair{serial, first_record} < std::pair{other.serial, other.first_record};
      }
    };
    std::deque<under_way> in_flight;  ///< batches under way, in order
    bool draining = false;            ///< an attempt failed: nothing more until all under way has come back
    producer_id identity = no_producer_id;  ///< its sequence numbers belong to
    producer_epoch epoch = no_producer_epoch;
    std::int32_t next_sequence = 0;
    std::int64_t numbered = 0;            ///< batches that have sequence numbers of this identity
    bool acknowledged = false;            ///< the broker has seen a batch of this identity
    bool renew_identity = false;          ///< a sequence number was given up; go on under a new epoch only
    std::uint64_t in_transaction = 0;     ///< number of the latest that it was added to
    std::uint64_t wants_transaction = 0;  ///< number of the latest that it was to be added to
    time_point not_before{};
    unsigned failures = 0;
  } sending;
};

/// The partitions known of a topic. Replaced as a whole when they grow, so that readers need no lock.
struct partition_table {
  std::vector<partition_slot*> slots;
};

struct topic_slot {
  std::string name;
  std::atomic<const partition_table*> partitions{nullptr};  ///< null until metadata is there
  std::atomic<std::int16_t> problem{0};  ///< the broker's error code for the topic while there is one
  std::atomic<std::uint32_t> turn{0};    ///< of the partitioner round_robin

  uuid id{};  // this and what follows: producer core only

  std::vector<std::unique_ptr<const partition_table>> tables;  // older ones may still be read
  std::vector<std::unique_ptr<partition_slot>> slots;
};

/// Where application threads put records: encoded straight into the open batch of their partition, in final
/// form, under that partition's lock. Lies below the cores because a hand-over per record would cost more
/// than all the rest; what it hands over are whole batches.
class accumulator {
 public:
  /// What a record asks for; views are read during the call only.
  struct item {
    std::int64_t timestamp_ms = 0;
    std::int64_t accepted_ms = 0;  ///< by a coarse clock; reports tell how long it took from here
    std::optional<bytes_view> key;
    std::optional<bytes_view> value;
    std::span<const header_view> headers;
    std::uint64_t opaque = 0;
  };
  enum class appended : std::uint8_t {
    ok,
    no_memory,  ///< nothing happened; wait with `pool().wait_for(needed)` and call again
    full,       ///< nothing happened, the record should go elsewhere
  };
  /// What may be done with a record besides adding it to the open batch.
  enum class placing : std::uint8_t {
    fixed,       ///< whatever is needed
    until_full,  ///< a batch may be begun, but not behind one that had to be closed for this record
    join_open,   ///< nothing
  };

  using clock_reader = std::function<time_point()>;

  /// `wake` is called (on the appending thread) when the producer core should look, once until it has
  /// looked. `now` tells when a batch is opened: lingering and delivery.timeout.ms count from then.
  accumulator(std::size_t batch_size, std::size_t budget, std::function<void()> wake,
              clock_reader now = &std::chrono::steady_clock::now);

  /// Answers `full` where `how` does not allow what would be needed.
  appended append(partition_slot& slot, const item& what, delivery_callback& report, placing how,
                  std::size_t& needed);
  accumulator_pool& pool() noexcept { return *pool_; }
  /// For every partition that is written to, the budget grows by `octets`, up to `most` in all: with many
  /// partitions a budget that suits a few would be used up by batches that have hardly begun. Before the
  /// first record.
  void widen_by(std::size_t octets, std::size_t most) noexcept {
    widening_ = octets;
    widest_ = most;
  }
  /// From now on the outcomes of records without a callback are kept for somebody who listens to all.
  void tell_all() noexcept { tells_all_.store(true, std::memory_order_relaxed); }

  /// The slot of a topic, made on first use. The address holds as long as the accumulator.
  topic_slot& topic(std::string_view name);

  /// Somebody is about to wait for room or outcomes: lingering only costs time now.
  void hurry();

  // For the producer core.
  struct opened_batch {
    partition_slot* slot;
    std::uint64_t serial;
    time_point opened;
  };
  struct news {
    std::vector<opened_batch> opened;
    std::vector<partition_slot*> filled;  ///< have closed batches
    std::vector<topic_slot*> topics;      ///< new
    bool hurried = false;                 ///< somebody waits: open batches go out without lingering
  };
  /// What has happened since the last call.
  void collect(news& into);
  /// The oldest closed batch; when there is none the open one, if its serial is `open_up_to` at most.
  static batch_ptr take(partition_slot& slot, std::uint64_t open_up_to);
  /// Whether `take` would give one.
  static bool has(partition_slot& slot, std::uint64_t open_up_to);
  std::uint64_t last_serial() const noexcept { return last_serial_.load(std::memory_order_relaxed); }

 private:
  bool open(partition_slot& slot, std::size_t needed, const item& first, report_kind kind,
            std::size_t& missing);
  static std::size_t room_to_open(std::size_t needed, report_kind kind) noexcept;
  void close_for_room(partition_slot& slot, const item& what, report_kind kind, std::size_t& needed);
  static void note_report(batch& in, const item& what, report_kind kind, delivery_callback& report);
  bool grow(batch& into, std::size_t needed);
  std::size_t usable(const batch_memory& memory, std::size_t needed) const noexcept;
  void close(partition_slot& slot);
  void notify();

  std::size_t batch_size_;
  std::shared_ptr<accumulator_pool> pool_;
  std::size_t widening_ = 0;
  std::size_t widest_ = 0;
  std::function<void()> wake_;
  clock_reader now_;
  std::atomic<std::uint64_t> last_serial_{0};
  std::atomic<bool> notified_{false};
  std::atomic<bool> hurried_{false};
  std::atomic<bool> tells_all_{false};

  std::mutex news_lock_;
  news news_;

  std::shared_mutex topics_lock_;
  std::unordered_map<std::string_view, std::unique_ptr<topic_slot>> topics_;
};

}  // namespace kwire::core
