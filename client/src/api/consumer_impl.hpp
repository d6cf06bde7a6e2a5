#pragma once

#include <future>
#include <kwire/client/consumer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/consumer_handover.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/consumer/consumer_core.hpp"
#include "runtime/engine.hpp"

namespace kwire {

/// The body of a consumer: carries calls to the core on the I/O thread and what comes back to the caller.
class consumer::impl {
 public:
  impl(std::shared_ptr<runtime::engine> engine, core::consumer_settings settings);
  ~impl();
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  result<void> subscribe(std::vector<std::string> topics, std::shared_ptr<rebalance_listener> listener);
  result<void> unsubscribe();
  result<void> assign(std::vector<partition_offset> partitions);
  const std::vector<std::string>& subscription() const noexcept { return topics_; }
  result<record_batches> poll(milliseconds limit, const std::stop_token& stop);

  commit_result commit(std::vector<core::commit_entry> entries, timeout limit);
  result<consumer_group_metadata> group_metadata();
  const core::consumer_settings& settings() const noexcept { return body_->settings; }
  result<offset_map> committed(const std::vector<topic_partition>& partitions, timeout limit);
  result<std::int64_t> position(const topic_partition& where, timeout limit);
  result<void> seek(const topic_partition& where, std::int64_t offset);
  result<void> reset(const std::vector<topic_partition>& partitions, std::int64_t time);
  result<void> set_paused(const std::vector<topic_partition>& partitions, bool paused);
  result<core::offset_queries::listed> list(std::vector<core::list_target> targets, timeout limit);
  result<void> close(timeout limit);

  api_detail::consumer_handover& handover() noexcept { return body_->handover; }
  const api_detail::consumer_handover& handover() const noexcept { return body_->handover; }
  bool forked() const noexcept { return made_.of_parent(); }
  bool has_group() const noexcept { return !body_->settings.group_id.empty(); }

 private:
  using time_point = core::time_point;

  /// What the I/O thread refers to: tasks posted there keep it alive.
  struct body {
    core::consumer_settings settings;
    api_detail::consumer_handover handover;
    core::consumer_core core;

    body(const std::shared_ptr<runtime::engine>& engine, core::consumer_settings given);
  };

  static time_point now() { return std::chrono::steady_clock::now(); }
  std::optional<error> refuse(bool blocks) const;
  time_point deadline(timeout limit) const;
  /// Runs `task(core, now)` on the I/O thread.
  template <class Task>
  void post(Task task) {
    engine_->post([body = body_, task = std::move(task)]() mutable { task(body->core, now()); });
  }
  /// Lets `start(core, done, now)` run on the I/O thread and waits until it calls `done`.
  template <class T, class Start>
  result<T> ask(Start start, time_point until) {
    auto promise = std::make_shared<std::promise<result<T>>>();
    auto answer = promise->get_future();
    post([start = std::move(start), promise](core::consumer_core& core, time_point at) mutable {
      start(core, [promise](result<T> outcome) { promise->set_value(std::move(outcome)); }, at);
    });
    constexpr auto ready = std::future_status::ready;
    engine_->drive(until, false, [&] { return answer.wait_for(std::chrono::seconds{0}) == ready; });
    if (answer.wait_for(std::chrono::seconds{0}) == ready) return answer.get();
    const runtime::engine::plain_wait waiting{*engine_};
    // The core keeps the deadline; the margin only bounds a call whose I/O thread is held up.
    if (until == core::never) return answer.get();
    if (answer.wait_until(until + std::chrono::milliseconds{500}) == std::future_status::timeout) {
      return error{errc::timed_out};
    }
    return answer.get();
  }
  commit_result commit_until(std::vector<core::commit_entry> entries, time_point until);
  void start(std::vector<core::partition_start> partitions);
  void drop(const std::vector<topic_partition>& partitions);
  void carry_out(const core::rebalance_notice& notice);
  void commit_before_loss(const std::vector<topic_partition>& partitions, time_point until);
  void give_up_all(time_point until);
  result<record_batches> serve(time_point until);
  void wait(std::uint64_t seen, time_point until);

  std::shared_ptr<runtime::engine> engine_;
  std::shared_ptr<body> body_;
  const runtime::process_mark made_;
  std::vector<std::string> topics_;
  std::shared_ptr<rebalance_listener> listener_;
  bool assigned_by_hand_ = false;
  bool closed_ = false;
  bool plenty_ = false;  // the last turn brought so many octets that waiting is not what takes the time
  bool inside_ = false;  // a poll or close is running: listeners must not start another
};

}  // namespace kwire
