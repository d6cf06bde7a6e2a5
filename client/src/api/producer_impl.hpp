#pragma once

#include <atomic>
#include <functional>
#include <kwire/client/producer.hpp>
#include <memory>

#include "api/bells.hpp"
#include "api/delivery_queue.hpp"
#include "api/outcome_listeners.hpp"
#include "api/record_intake.hpp"
#include "api/transaction_calls.hpp"
#include "core/config/producer_settings.hpp"
#include "core/producer/producer_core.hpp"
#include "runtime/engine.hpp"
#include "runtime/process_mark.hpp"

namespace kwire {

/// The body of a producer: records go to the intake, outcomes come through the delivery queue, everything
/// else is carried to the core where the loop runs.
class producer::impl final : public core::producer_sink {
 public:
  using time_point = core::time_point;
  using transaction_call = api_detail::transaction_calls::call;

  impl(std::shared_ptr<runtime::engine> engine, core::producer_settings settings,
       partition_function function);
  ~impl();
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  result<void> produce(const record& what, delivery_callback& report, milliseconds limit,
                       bool wait_for_room) {
    if (intercepted()) [[unlikely]]
      return produce_intercepted(what, report, limit, wait_for_room);
    return intake_.accept(what, report, limit, wait_for_room);
  }
  produced produce_all(std::span<const record> records, milliseconds limit);
  result<void> report_to(delivery_batch_callback on_batch);
  result<void> intercept(std::shared_ptr<producer_interceptor> one);
  std::size_t flush(time_point deadline);
  std::size_t poll(milliseconds limit);
  void purge(purging what);
  std::size_t close(milliseconds limit);
  void close_in_time() { (void)close(engine_->settings().close_timeout); }

  result<void> transact(const transaction_call& what);
  result<void> commit_transaction(time_point deadline);
  bool commit_pending() const noexcept {
    return transactions_.state() == core::transaction_state::committing;
  }
  bool registered() const noexcept;

  result<std::size_t> partitions(std::string_view topic);
  metrics_snapshot metrics() const { return forked() ? metrics_snapshot{} : engine_->metrics(); }

  const core::producer_settings& settings() const noexcept { return settings_; }
  time_point deadline(timeout limit) const {
    return runtime::deadline_after(limit.value_or(settings_.max_block));
  }
  bool forked() const noexcept { return made_.of_parent(); }

  // producer_async.cpp
  template <class T>
  using later = boost::asio::awaitable<T>;
  using self_ptr = std::shared_ptr<impl>;
  static later<result<delivery_report>> async_produce(self_ptr self, record what);
  static later<result<std::size_t>> async_flush(self_ptr self, time_point deadline);
  static later<result<void>> async_transact(self_ptr self, transaction_call what);
  static later<result<void>> async_commit(self_ptr self, time_point deadline);
  static later<result<std::size_t>> async_close(self_ptr self, milliseconds limit);

  // What transactions are asked for, by either face.
  static transaction_call init_call(time_point deadline);
  static transaction_call begin_call();
  static transaction_call offsets_call(const offset_map& offsets, const consumer_group_metadata& group,
                                       time_point deadline);
  static transaction_call commit_call(time_point deadline);
  static transaction_call abort_call(time_point deadline);

 private:
  template <class T>
  static later<std::optional<T>> async_on_io(self_ptr self, std::function<T()> task);
  static later<std::optional<error>> async_partitions(self_ptr self, core::topic_slot& topic,
                                                      time_point deadline);
  static later<std::optional<error>> async_accept(self_ptr self, const record& what,
                                                  delivery_callback& report);
  static later<std::optional<bool>> async_settled(self_ptr self, std::uint64_t serial, time_point deadline);

  bool intercepted() const noexcept { return intercepted_.load(std::memory_order_relaxed); }
  result<void> produce_intercepted(const record& what, delivery_callback& report, milliseconds limit,
                                   bool wait_for_room);
  std::optional<error> too_late_to_listen() const;
  void abandon();
  void closed_with(std::size_t left);
  static error still_under_way(std::size_t records);
  std::size_t serve(time_point deadline);
  bool wait_for_reports(std::uint64_t serial, time_point deadline);
  std::optional<error> no_transactions() const;
  bool has_open_transaction() const noexcept;
  void callback_threw(const char* what);
  std::size_t unfinished();
  void run_on_io(const std::function<void()>& task);

  // core::producer_sink
  void transaction_changed() override { transactions_.changed(); }
  void finished(core::finished_batch done) override;
  void topics_changed() override { intake_.topics_changed(core_.broken()); }

  std::shared_ptr<runtime::engine> engine_;
  const core::producer_settings settings_;
  const runtime::process_mark made_;
  core::accumulator accumulator_;
  std::atomic<bool> intercepted_{false};
  api_detail::outcome_listeners listeners_;
  api_detail::bells outcomes_;
  api_detail::delivery_queue reports_;
  core::producer_core core_;
  api_detail::transaction_calls transactions_;
  api_detail::record_intake intake_;
};

}  // namespace kwire
