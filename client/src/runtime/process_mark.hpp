#pragma once

#include <atomic>
#include <cstdint>

namespace kwire::runtime {

/// Notices that the process is a fork's child. There the threads of the parent's clients do not exist, their
/// locks may be held by nobody, and their sockets are still the parent's: whatever was made before the fork
/// must be neither used nor destroyed.
class process_mark {
 public:
  process_mark() noexcept;

  /// Made in a parent of this process. Cheap enough for every record.
  bool of_parent() const noexcept { return made_in_ != generation_.load(std::memory_order_relaxed); }

 private:
  static std::atomic<std::uint32_t> generation_;  ///< counted up in every child

  std::uint32_t made_in_;
};

/// Keeps what must not be destroyed; it stays reachable, so that it does not count as a leak.
void leave_behind(const void* object);

/// Owns an object unless the process is a child of the one that made it.
template <class T>
struct unless_forked {
  process_mark made;

  void operator()(T* object) const noexcept {
    if (made.of_parent()) {
      leave_behind(object);
    } else {
      delete object;
    }
  }
};

}  // namespace kwire::runtime
