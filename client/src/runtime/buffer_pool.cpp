#include "runtime/buffer_pool.hpp"

#include <bit>
#include <utility>

namespace kwire::runtime {
namespace {

/// Up to the next quarter of a power of two: answers of about one size then share their buffers, and what is
/// never written to costs no memory.
std::size_t rounded(std::size_t size) noexcept {
  const auto step = std::bit_floor(size) / 4;
  return (size + step - 1) / step * step;
}

}  // namespace

std::shared_ptr<std::byte> buffer_pool::take(std::size_t size) {
  if (size <= small) {
    auto memory = std::make_shared_for_overwrite<std::byte[]>(size);
    return {memory, memory.get()};
  }
  const auto wanted = rounded(size);
  free_buffer buffer{nullptr, wanted};
  {
    std::lock_guard guard{lock_};
    for (auto it = free_.rbegin(); it != free_.rend(); ++it) {
      // Twice the wanted size is waste that a small working set does not suffer from.
      if (it->size < wanted || it->size > 2 * wanted) continue;
      buffer = std::move(*it);
      free_.erase(std::next(it).base());
      kept_bytes_ -= buffer.size;
      break;
    }
  }
  if (!buffer.memory) buffer.memory = std::make_unique_for_overwrite<std::byte[]>(buffer.size);
  auto* memory = buffer.memory.release();
  const auto capacity = buffer.size;
  return {memory, [pool = weak_from_this(), capacity](std::byte* returned) {
            free_buffer back{std::unique_ptr<std::byte[]>{returned}, capacity};
            if (auto alive = pool.lock()) alive->give_back(std::move(back));
          }};
}

void buffer_pool::give_back(free_buffer buffer) {
  std::lock_guard guard{lock_};
  if (free_.size() == most_kept || kept_bytes_ + buffer.size > most_kept_bytes) return;
  kept_bytes_ += buffer.size;
  free_.push_back(std::move(buffer));
}

}  // namespace kwire::runtime
