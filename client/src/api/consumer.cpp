#include <kwire/client/consumer.hpp>
#include <utility>

#include "api/consumer_impl.hpp"
#include "api/make_engine.hpp"

namespace kwire {

commit_result::operator bool() const noexcept {
  if (whole_) return false;
  for (const auto& [where, failure] : parts_) {
    if (failure) return false;
  }
  return true;
}

error commit_result::error() const {
  if (whole_) return *whole_;
  for (const auto& [where, failure] : parts_) {
    if (failure) return *failure;
  }
  return kwire::error{};
}

consumer::consumer(const consumer_config& properties, std::unique_ptr<observer> watcher) {
  core::config_reader reader{properties};
  core::consumer_settings settings;
  auto engine = api_detail::make_engine(reader, std::move(watcher), [&] {
    reader.read(settings);
    settings.check(reader);
    reader.finish();
  });
  impl_ = {new impl{std::move(engine), std::move(settings)}, runtime::unless_forked<impl>{}};
}

consumer::consumer(const client& shared, const consumer_config& properties) {
  core::config_reader reader{properties};
  core::consumer_settings settings;
  reader.read(settings);
  settings.check(reader);
  reader.finish();
  api_detail::tell_notices(*shared.engine(), reader);
  impl_ = {new impl{shared.engine(), std::move(settings)}, runtime::unless_forked<impl>{}};
}

consumer::~consumer() = default;
consumer::consumer(consumer&&) noexcept = default;
consumer& consumer::operator=(consumer&&) noexcept = default;

result<void> consumer::subscribe(std::vector<std::string> topics,
                                 std::shared_ptr<rebalance_listener> listener) {
  return impl_->subscribe(std::move(topics), std::move(listener));
}
result<void> consumer::unsubscribe() { return impl_->unsubscribe(); }
result<void> consumer::assign(std::vector<partition_offset> partitions) {
  return impl_->assign(std::move(partitions));
}
std::vector<topic_partition> consumer::assignment() const {
  if (impl_->forked()) return {};
  return impl_->handover().assignment();
}
std::vector<std::string> consumer::subscription() const { return impl_->subscription(); }

result<record_batches> consumer::poll(milliseconds limit, std::stop_token stop) {
  return impl_->poll(limit, stop);
}
void consumer::wakeup() noexcept {
  if (!impl_->forked()) impl_->handover().interrupt();
}

result<consumer_group_metadata> consumer::group_metadata() { return impl_->group_metadata(); }

std::optional<error> consumer::unfit_for_transactions() const {
  const auto& settings = impl_->settings();
  std::string wrong;
  if (settings.group_id.empty()) wrong += "; it has no group.id";
  if (settings.auto_commit) wrong += "; enable.auto.commit must be false";
  if (settings.level != core::isolation::read_committed) wrong += "; isolation.level must be read_committed";
  if (wrong.empty()) return std::nullopt;
  return error{errc::invalid_state, "the consumer cannot take part in exactly_once" + wrong};
}

commit_result consumer::commit(timeout limit) {
  if (impl_->forked()) return commit_result{kwire::error{errc::forked}};
  return impl_->commit(impl_->handover().positions(), limit);
}

commit_result consumer::commit(const record_batches& batch, timeout limit) {
  if (impl_->forked()) return commit_result{kwire::error{errc::forked}};
  std::map<topic_partition, std::int64_t> next;
  if (batch.content_) {
    for (const auto& part : batch.content_->parts) next[part.where] = part.next;
  }
  std::vector<core::commit_entry> entries;
  for (const auto& [where, offset] : next) {
    if (impl_->handover().assigned(where)) entries.emplace_back(where, offset);
  }
  return impl_->commit(std::move(entries), limit);
}

commit_result consumer::commit(const offset_map& offsets, timeout limit) {
  std::vector<core::commit_entry> entries;
  for (const auto& [where, kept] : offsets) {
    entries.emplace_back(where, kept.offset, no_leader_epoch, kept.metadata);
  }
  return impl_->commit(std::move(entries), limit);
}

result<offset_map> consumer::committed(const std::vector<topic_partition>& partitions, timeout limit) {
  return impl_->committed(partitions, limit);
}

result<std::int64_t> consumer::position(const topic_partition& where, timeout limit) {
  return impl_->position(where, limit);
}
result<void> consumer::seek(const topic_partition& where, std::int64_t offset) {
  return impl_->seek(where, offset);
}
result<void> consumer::seek_to_beginning(const std::vector<topic_partition>& partitions) {
  return impl_->reset(partitions, core::earliest_timestamp);
}
result<void> consumer::seek_to_end(const std::vector<topic_partition>& partitions) {
  return impl_->reset(partitions, core::latest_timestamp);
}
result<void> consumer::pause(const std::vector<topic_partition>& partitions) {
  return impl_->set_paused(partitions, true);
}
result<void> consumer::resume(const std::vector<topic_partition>& partitions) {
  return impl_->set_paused(partitions, false);
}
std::vector<topic_partition> consumer::paused() const {
  if (impl_->forked()) return {};
  return impl_->handover().paused();
}

result<std::map<topic_partition, watermarks>> consumer::query_watermarks(
    const std::vector<topic_partition>& partitions, timeout limit) {
  std::map<topic_partition, watermarks> found;
  for (const auto which : {core::earliest_timestamp, core::latest_timestamp}) {
    std::vector<core::list_target> targets;
    for (const auto& where : partitions) targets.push_back({where, which, no_leader_epoch});
    const auto listed = impl_->list(std::move(targets), limit);
    if (!listed) return listed.error();
    for (const auto& [where, at] : *listed) {
      auto& mark = found[where];
      (which == core::earliest_timestamp ? mark.low : mark.high) = at.offset;
    }
  }
  return found;
}

result<std::map<topic_partition, std::optional<std::int64_t>>> consumer::offsets_for_times(
    const std::map<topic_partition, timestamp>& times, timeout limit) {
  std::vector<core::list_target> targets;
  for (const auto& [where, time] : times) {
    targets.push_back({where, time.time_since_epoch().count(), no_leader_epoch});
  }
  const auto listed = impl_->list(std::move(targets), limit);
  if (!listed) return listed.error();
  std::map<topic_partition, std::optional<std::int64_t>> found;
  for (const auto& [where, at] : *listed) {
    found[where] = at.offset >= 0 ? std::optional{at.offset} : std::nullopt;
  }
  return found;
}

result<void> consumer::close(timeout limit) { return impl_->close(limit); }

}  // namespace kwire
