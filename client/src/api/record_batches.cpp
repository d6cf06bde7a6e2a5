#include <kwire/client/record_batches.hpp>
#include <utility>

#include "api/ready_records.hpp"

namespace kwire {
namespace api_detail {

void fetch_budget::give_back(std::size_t octets) noexcept {
  const auto left = used_.fetch_sub(octets) - octets;
  auto wanted = resume_below_.load();
  // Only one of those who let go at the same time wakes the fetcher.
  if (wanted == 0 || left >= wanted || !resume_below_.compare_exchange_strong(wanted, 0)) return;
  wake_();
}

bytes fetch_budget::take_buffer() {
  std::lock_guard guard{lock_};
  if (free_.empty()) return {};
  auto buffer = std::move(free_.back());
  free_.pop_back();
  return buffer;
}

void fetch_budget::give_back(bytes buffer) noexcept {
  if (buffer.capacity() > largest_kept) return;
  std::lock_guard guard{lock_};
  if (free_.size() < most_kept) free_.push_back(std::move(buffer));
}

ready_records::~ready_records() {
  frames.clear();
  for (auto& buffer : unpacked) budget->give_back(std::move(buffer));
  if (cost > 0) budget->give_back(cost);
}

namespace {

const ready_partition& part_of(const ready_records& all, std::size_t batch) {
  for (const auto& part : all.parts) {
    if (batch >= part.first && batch < part.first + part.count) return part;
  }
  return all.parts.front();
}

}  // namespace
}  // namespace api_detail

consumed_range::iterator::iterator(api_detail::ready_records& owner, std::size_t first,
                                   std::size_t last) noexcept
    : owner_(&owner), at_(first), last_(last) {
  enter_batch();
}

/// The batch has no further record for us: goes on with the next one.
void consumed_range::iterator::leave_batch() noexcept {
  if (records_.error() && !owner_->fault) {
    const auto& batch = owner_->batches[at_];
    const auto& where = api_detail::part_of(*owner_, at_).where;
    owner_->fault = error{errc::corrupt_data, records_.error_info().message()}
                        .on(where.topic, where.partition)
                        .at_offset(batch.batch.base_offset);
  }
  ++at_;
  enter_batch();
}

void consumed_range::iterator::enter_batch() noexcept {
  for (; at_ < last_; ++at_) {
    const auto& batch = owner_->batches[at_];
    records_ = protocol::records(batch.batch, batch.payload, batch.from);
    until_ = batch.until;
    if (records_.next(current_) && current_.offset() < until_) return;
    if (!records_.error() || owner_->fault) continue;
    const auto& where = api_detail::part_of(*owner_, at_).where;
    owner_->fault = error{errc::corrupt_data, records_.error_info().message()}
                        .on(where.topic, where.partition)
                        .at_offset(batch.batch.base_offset);
  }
  owner_ = nullptr;
}

record_batches::record_batches() noexcept = default;
record_batches::record_batches(record_batches&&) noexcept = default;
record_batches& record_batches::operator=(record_batches&&) noexcept = default;
record_batches::~record_batches() = default;
record_batches::record_batches(std::unique_ptr<api_detail::ready_records> content) noexcept
    : content_(content.release()) {}

/// In a child process the memory stays what it is: it belongs to pools that the parent's threads had in hand.
void record_batches::release::operator()(api_detail::ready_records* content) const noexcept {
  if (content->budget->of_parent()) return runtime::leave_behind(content);
  delete content;
}

consumed_range record_batches::all() const noexcept {
  return content_ ? consumed_range{*content_, 0, content_->batches.size()} : consumed_range{};
}

std::vector<partition_records> record_batches::partitions() const {
  std::vector<partition_records> list;
  if (!content_) return list;
  list.reserve(content_->parts.size());
  for (const auto& part : content_->parts) list.emplace_back(*content_, part);
  return list;
}

bool record_batches::empty() const noexcept { return !content_ || content_->batches.empty(); }
std::size_t record_batches::size_hint() const noexcept { return content_ ? content_->records : 0; }

std::span<const partition_end> record_batches::ends() const noexcept {
  if (!content_) return {};
  return content_->ends;
}

const std::optional<error>& record_batches::error() const noexcept {
  static const std::optional<kwire::error> none;
  return content_ ? content_->fault : none;
}

owned_record::owned_record(const record_view& from) : offset_(from.offset()), timestamp_(from.timestamp()) {
  if (const auto key = from.key()) key_ = as_text(*key);
  if (const auto value = from.value()) value_ = as_text(*value);
  for (const auto& h : from.headers()) {
    std::optional<std::string> value;
    if (h.value) value = as_text(*h.value);
    headers_.emplace_back(std::string{h.key}, std::move(value));
  }
}

}  // namespace kwire
