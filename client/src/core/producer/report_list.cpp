#include "core/producer/report_list.hpp"

namespace kwire::core {
namespace {

std::size_t room_in(const batch_memory& block) noexcept { return block.capacity() / sizeof(wanted_report); }

}  // namespace

report_list::~report_list() {
  for_each([](wanted_report& report) { std::destroy_at(&report); });
}

bool report_list::add_block(accumulator_pool& pool, std::size_t held) {
  auto memory = pool.take(blocks_.empty() ? first_block : later_block, held);
  if (!memory && !blocks_.empty()) memory = pool.take(first_block);
  if (!memory) return false;
  blocks_.push_back(std::move(memory));
  next_ = first_of(blocks_.back());
  limit_ = next_ + room_in(*blocks_.back());
  return true;
}

std::size_t report_list::size() const noexcept {
  std::size_t count = 0;
  for (const auto& each : blocks_) count += static_cast<std::size_t>(end_of(each) - first_of(each));
  return count;
}

wanted_report* report_list::first_of(const block& of) noexcept {
  return reinterpret_cast<wanted_report*>(of->data());  // operator new[] aligns for every ordinary type
}

wanted_report* report_list::end_of(const block& of) const noexcept {
  return of == blocks_.back() ? next_ : first_of(of) + room_in(*of);
}

}  // namespace kwire::core
