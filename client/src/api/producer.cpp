#include <kwire/client/producer.hpp>

#include "api/make_engine.hpp"
#include "api/producer_impl.hpp"

namespace kwire {
namespace {

core::producer_settings read_settings(core::config_reader& reader, const producer_config& properties) {
  core::producer_settings settings;
  settings.read(reader);
  if (properties.partition_by() && reader.given("partitioner")) {
    reader.fault("partitioner: a partition function was given too");
  }
  return settings;
}

}  // namespace

producer::producer(const producer_config& properties, std::unique_ptr<observer> watcher) {
  core::config_reader reader{properties};
  core::producer_settings settings;
  auto engine = api_detail::make_engine(reader, std::move(watcher), [&] {
    settings = read_settings(reader, properties);
    reader.finish();
  });
  impl_ = {new impl{std::move(engine), std::move(settings), properties.partition_by()},
           runtime::unless_forked<impl>{}};
}

producer::producer(const client& shared, const producer_config& properties) {
  core::config_reader reader{properties};
  auto settings = read_settings(reader, properties);
  reader.finish();
  api_detail::tell_notices(*shared.engine(), reader);
  impl_ = {new impl{shared.engine(), std::move(settings), properties.partition_by()},
           runtime::unless_forked<impl>{}};
}

producer::producer(producer&&) noexcept = default;

producer& producer::operator=(producer&& other) noexcept {
  if (this == &other) return *this;
  if (impl_) impl_->close_in_time();
  impl_ = std::move(other.impl_);
  return *this;
}

/// Closes at once, and does not leave it to the last coroutine that still refers to the body.
producer::~producer() {
  if (impl_) impl_->close_in_time();
}

result<void> producer::produce(const record& what, delivery_callback on_delivery) {
  return impl_->produce(what, on_delivery, impl_->settings().max_block, true);
}
result<void> producer::produce(const record& what, milliseconds limit, delivery_callback on_delivery) {
  return impl_->produce(what, on_delivery, limit, true);
}
result<void> producer::try_produce(const record& what, delivery_callback on_delivery) {
  return impl_->produce(what, on_delivery, impl_->settings().max_block, false);
}
produced producer::produce(std::span<const record> records, timeout limit) {
  return impl_->produce_all(records, limit.value_or(impl_->settings().max_block));
}
result<void> producer::report_to(delivery_batch_callback on_batch) {
  return impl_->report_to(std::move(on_batch));
}
result<void> producer::intercept(std::shared_ptr<producer_interceptor> one) {
  return impl_->intercept(std::move(one));
}
std::size_t producer::flush(milliseconds limit) { return impl_->flush(runtime::deadline_after(limit)); }
std::size_t producer::poll(milliseconds limit) { return impl_->poll(limit); }
void producer::purge(purging what) { impl_->purge(what); }
std::size_t producer::close(milliseconds limit) { return impl_->close(limit); }

result<void> producer::init_transactions(timeout limit) {
  return impl_->transact(impl::init_call(impl_->deadline(limit)));
}
result<void> producer::begin_transaction() { return impl_->transact(impl::begin_call()); }
result<void> producer::send_offsets_to_transaction(const offset_map& offsets,
                                                   const consumer_group_metadata& group, timeout limit) {
  return impl_->transact(impl::offsets_call(offsets, group, impl_->deadline(limit)));
}
result<void> producer::commit_transaction(timeout limit) {
  return impl_->commit_transaction(impl_->deadline(limit));
}
result<void> producer::abort_transaction(timeout limit) {
  return impl_->transact(impl::abort_call(impl_->deadline(limit)));
}

using boost::asio::awaitable;

awaitable<result<delivery_report>> producer::async_produce(record what) {
  return impl::async_produce(impl_, std::move(what));
}
awaitable<result<std::size_t>> producer::async_flush(milliseconds limit) {
  return impl::async_flush(impl_, runtime::deadline_after(limit));
}
awaitable<result<void>> producer::async_init_transactions(timeout limit) {
  return impl::async_transact(impl_, impl::init_call(impl_->deadline(limit)));
}
awaitable<result<void>> producer::async_begin_transaction() {
  return impl::async_transact(impl_, impl::begin_call());
}
awaitable<result<void>> producer::async_send_offsets_to_transaction(const offset_map& offsets,
                                                                    const consumer_group_metadata& group,
                                                                    timeout limit) {
  return impl::async_transact(impl_, impl::offsets_call(offsets, group, impl_->deadline(limit)));
}
awaitable<result<void>> producer::async_commit_transaction(timeout limit) {
  return impl::async_commit(impl_, impl_->deadline(limit));
}
awaitable<result<void>> producer::async_abort_transaction(timeout limit) {
  return impl::async_transact(impl_, impl::abort_call(impl_->deadline(limit)));
}
awaitable<result<std::size_t>> producer::async_close(milliseconds limit) {
  return impl::async_close(impl_, limit);
}

result<void> producer::register_once(timeout limit) {
  return impl_->registered() ? result<void>{} : init_transactions(limit);
}
bool producer::commit_pending() const noexcept { return impl_->commit_pending(); }
result<std::size_t> producer::partitions(std::string_view topic) { return impl_->partitions(topic); }
metrics_snapshot producer::metrics() const { return impl_->metrics(); }

}  // namespace kwire
