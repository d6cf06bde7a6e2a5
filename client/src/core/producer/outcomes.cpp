#include "core/producer/outcomes.hpp"

#include <algorithm>
#include <exception>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <limits>

namespace kwire::core {
namespace {

/// None is known when the broker's answer leaves no room for it.
std::int64_t offset_of(std::int64_t base, std::int32_t index) noexcept {
  return base > std::numeric_limits<std::int64_t>::max() - index ? -1 : base + index;
}

constexpr std::size_t largest_batch = std::size_t{1} << 30;  // our own: no need to distrust it

/// The records of a finished batch, one after the other, read out of the batch itself: telling them costs
/// those who ask for it the time to decompress, and nobody any memory beyond the batch's.
class told_records {
 public:
  explicit told_records(batch& content) {
    if (!content.memory) return;
    if (content.builder.is_open()) content.sealed = content.builder.seal({});
    if (content.sealed.empty()) return;
    protocol::record_set set{bytes_view{content.sealed}};
    const auto first = set.begin();
    const auto payload = protocol::payload(*first, unpacker_, largest_batch, buffer_);
    if (payload) records_ = protocol::records(*first, *payload);
  }

  /// By ascending index; null when records are not to be told.
  const record_view* find(std::int32_t index) {
    for (; at_ < index; ++at_) {
      if (!records_ || !records_->next(current_)) return nullptr;
    }
    return &current_;
  }

 private:
  protocol::decompressor unpacker_;
  bytes buffer_;
  std::optional<protocol::record_range> records_;
  record_view current_;
  std::int32_t at_ = -1;
};

}  // namespace

/// From produce to the outcome. Only the batch knows its beginning exactly; how much later a record came is
/// known by the ticks of a coarse clock, which somebody may have set meanwhile.
std::chrono::microseconds finished_batch::latency(std::int64_t accepted_ms) const {
  using std::chrono::microseconds;
  const auto whole = std::max(std::chrono::duration_cast<microseconds>(at - content->opened), microseconds{});
  const microseconds later = std::chrono::milliseconds{accepted_ms - content->reports.times().opened()};
  return whole - std::clamp(later, microseconds{}, whole);
}

template <class Report>
delivery finished_batch::about(const Report& wanted) const {
  const auto& slot = *content->slot;
  const auto offset = base_offset < 0 ? base_offset : offset_of(base_offset, wanted.index);
  const auto times = content->reports.times().of(wanted.index, wanted.created);
  const auto logged = append_time_ms >= 0;
  delivery told{result, slot.topic->name, slot.id, offset, wanted.opaque, why ? &*why : nullptr};
  told.at(timestamp{std::chrono::milliseconds{logged ? append_time_ms : times.created_ms}},
          logged ? timestamp_type::log_append : timestamp_type::create);
  told.after(latency(times.accepted_ms));
  return told;
}

/// The deliveries of records without a callback.
class finished_batch::brief_source final : public delivery_batch::source {
 public:
  explicit brief_source(const finished_batch& of)
      : of_(&of), records_(*of.content), at_(of.content->reports.brief().begin()) {}

  const delivery* next() override {
    const auto* report = at_.next();
    if (report == nullptr) return nullptr;
    current_.emplace(of_->about(*report)).with(records_.find(report->index));
    return &*current_;
  }

 private:
  const finished_batch* of_;
  told_records records_;
  block_list<brief_report>::cursor at_;
  std::optional<delivery> current_;
};

void finished_batch::report(const std::function<void(const char*)>& on_throw, outcome_listener* listener) {
  const auto guarded = [&](const auto& call) {
    try {
      call();
    } catch (const std::exception& thrown) {
      on_throw(thrown.what());
    } catch (...) {
      on_throw("not a std::exception");
    }
  };
  const auto& reports = content->reports;
  if (!reports.own().empty()) {
    told_records records{*content};
    reports.for_each([&](wanted_report& wanted) {
      auto told = about(wanted);
      told.with(records.find(wanted.index));
      if (listener != nullptr) guarded([&] { listener->each(told); });
      guarded([&] { wanted.call(told); });
    });
  }
  if (listener == nullptr || reports.brief().empty()) return;
  for (brief_source all{*this}; const auto* told = all.next();) guarded([&] { listener->each(*told); });
  brief_source all{*this};
  const auto& slot = *content->slot;
  const delivery_batch batch{result, slot.topic->name, slot.id, reports.brief().size(), why ? &*why : nullptr,
                             all};
  guarded([&] { listener->together(batch); });
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
