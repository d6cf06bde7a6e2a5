#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace kwire::runtime {

/// Memory for received frames, given back from whatever thread lets go of a frame last. The most recently
/// used buffer comes first, because it is still in the processor's caches. Thread-safe.
class buffer_pool : public std::enable_shared_from_this<buffer_pool> {
 public:
  /// At least `size` octets, uninitialised, rounded up so that buffers can be used again.
  std::shared_ptr<std::byte> take(std::size_t size);

 private:
  static constexpr std::size_t small = 4096;  // not worth keeping; also, many small answers may be held
  static constexpr std::size_t most_kept = 32;
  static constexpr std::size_t most_kept_bytes = 16 * 1024 * 1024;

  struct free_buffer {
    std::unique_ptr<std::byte[]> memory;
    std::size_t size;
  };
  void give_back(free_buffer buffer);

  std::mutex lock_;
  std::vector<free_buffer> free_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace kwire::runtime
