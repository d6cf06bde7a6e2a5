#include "core/producer/outcomes.hpp"

#include <exception>
#include <limits>

namespace kwire::core {
namespace {

/// None is known when the broker's answer leaves no room for it.
std::int64_t offset_of(std::int64_t base, std::int32_t index) noexcept {
  return base > std::numeric_limits<std::int64_t>::max() - index ? -1 : base + index;
}

}  // namespace

void finished_batch::report(const std::function<void(const char*)>& on_throw) {
  const auto& slot = *content->slot;
  content->reports.for_each([&](wanted_report& wanted) {
    const auto offset = base_offset < 0 ? base_offset : offset_of(base_offset, wanted.index);
    const delivery told{result, slot.topic->name, slot.id, offset, wanted.opaque, why ? &*why : nullptr};
    try {
      wanted.call(told);
    } catch (const std::exception& thrown) {
      on_throw(thrown.what());
    } catch (...) {
      on_throw("not a std::exception");
    }
  });
}

void open_serials::finished(std::uint64_t serial) {
  const auto index = serial - first_;
  if (index >= finished_.size()) finished_.resize(index + 1, false);
  finished_[index] = true;
  while (!finished_.empty() && finished_.front()) {
    finished_.pop_front();
    ++first_;
  }
}

}  // namespace kwire::core
