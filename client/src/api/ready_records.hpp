#pragma once

#include <atomic>
#include <functional>
#include <kwire/client/record_batches.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/frame.hpp"
#include "runtime/process_mark.hpp"

namespace kwire::api_detail {

/// Octets fetched for a consumer that have not been let go of, and memory for decompressed batches. Shared
/// with the batches in the application's hands, which may outlive the consumer. Thread-safe.
class fetch_budget {
 public:
  /// `wake` is called from whatever thread lets go when use falls below what `watch` asked for.
  explicit fetch_budget(std::function<void()> wake) : wake_(std::move(wake)) {}

  void take(std::size_t octets) noexcept { used_.fetch_add(octets, std::memory_order_relaxed); }
  void give_back(std::size_t octets) noexcept;
  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// This process is a child of the one whose memory it counts.
  bool of_parent() const noexcept { return made_.of_parent(); }
  /// Zero watches no more.
  void watch(std::size_t below) noexcept { resume_below_.store(below); }

  bytes take_buffer();
  void give_back(bytes buffer) noexcept;

 private:
  static constexpr std::size_t most_kept = 16;
  static constexpr std::size_t largest_kept = 4 * 1024 * 1024;

  std::atomic<std::size_t> used_{0};
  std::atomic<std::size_t> resume_below_{0};
  std::function<void()> wake_;
  const runtime::process_mark made_;
  std::mutex lock_;
  std::vector<bytes> free_;
};

/// What a `record_batches` owns.
struct ready_records {
  std::vector<ready_batch> batches;
  std::vector<ready_partition> parts;
  std::vector<partition_end> ends;
  std::vector<core::frame> frames;
  std::vector<bytes> unpacked;
  std::size_t records = 0;  ///< announced by the batches
  std::size_t cost = 0;     ///< octets counted in the budget
  std::optional<error> fault;
  std::shared_ptr<fetch_budget> budget;

  explicit ready_records(std::shared_ptr<fetch_budget> from) : budget(std::move(from)) {}
  ~ready_records();
  ready_records(const ready_records&) = delete;
  ready_records& operator=(const ready_records&) = delete;
};

}  // namespace kwire::api_detail
