#include "core/admin/admin_core.hpp"

#include <algorithm>

#include "core/cluster/metadata_snapshot.hpp"

namespace kwire::core {

admin_core::admin_core(const client_settings& settings, std::uint64_t seed)
    : settings_(&settings), random_(seed) {}

void admin_core::ask(question what, time_point now) {
  if (stopped_) return what.give_up(*stopped_, now);
  // Requests to a certain broker need its address, which only metadata tells.
  if (!knows_brokers_) out_.refresh_metadata = true;
  open_.emplace_back(std::move(what), backoff{settings_->retry_backoff, settings_->retry_backoff_max});
}

void admin_core::later(time_point at, std::function<void(time_point)> task) {
  timers_.emplace_back(at, std::move(task));
}

duration admin_core::pause(unsigned failures) {
  backoff wait{settings_->retry_backoff, settings_->retry_backoff_max};
  for (unsigned i = 1; i < std::min(failures, 30U); ++i) wait.next(random_);
  return wait.next(random_);
}

void admin_core::stop(const error& why, time_point now) {
  stopped_ = why;
  // What is told here may ask again, which `stopped_` answers at once.
  auto left = std::exchange(open_, {});
  for (auto& which : left) which.what.give_up(why, now);
  for (auto& [at, task] : std::exchange(timers_, {})) task(now);
}

void admin_core::throttled(const response& answer, std::int32_t milliseconds, time_point now) {
  if (milliseconds > 0)
    out_.throttled.emplace_back(answer.from, now + std::chrono::milliseconds{milliseconds});
}

void admin_core::metadata_changed(const std::shared_ptr<const metadata_snapshot>& snapshot, time_point) {
  knows_brokers_ = !snapshot->brokers.empty();
}

void admin_core::handle(std::uint64_t token, response answer, time_point now) {
  const auto which = std::ranges::find(open_, token, &open_question::token);
  if (which == open_.end()) return;
  which->in_flight = false;
  std::optional<error> why = answer.failure;
  if (why && which->what.lost) which->what.lost(answer);
  if (!why) why = which->what.take(answer, now);
  if (!why) {
    open_.erase(which);
    return;
  }
  if (!why->retriable()) return give_up(which, std::move(*why), now);
  // The broker may be gone or no longer be the one to ask.
  if (answer.failure || why->metadata_stale() || *why == broker_errc::not_controller) {
    out_.refresh_metadata = true;
  }
  if (which->to.kind == destination::target::coordinator && !answer.failure) {
    out_.lost_coordinators.push_back(which->to.key);
  }
  again(which, std::move(*why), now);
}

void admin_core::again(handle_type which, error why, time_point now) {
  if (which->what.once || now >= which->what.deadline) return give_up(which, std::move(why), now);
  which->not_before = std::min<time_point>(now + which->wait.next(random_), which->what.deadline);
  which->last = std::move(why);
}

void admin_core::give_up(handle_type which, error why, time_point now) {
  const auto told = std::move(which->what.give_up);
  open_.erase(which);
  told(why, now);
}

void admin_core::late(handle_type which, time_point now) {
  error why{errc::timed_out};
  if (which->last) why.with_detail("last: " + which->last->message());
  give_up(which, std::move(why), now);
}

void admin_core::send(open_question& which, time_point now) {
  auto asked = which.what.make();
  const bool certain =
      asked.to.kind == destination::target::node || asked.to.kind == destination::target::controller;
  which.to = asked.to;
  which.held = certain && !knows_brokers_;
  if (which.held) {
    out_.refresh_metadata = true;
    return;
  }
  asked.deadline = std::min<time_point>(which.what.deadline, now + settings_->request_timeout);
  asked.token = which.token = ++last_token_;
  which.in_flight = true;
  out_.requests.push_back(std::move(asked));
}

void admin_core::advance(time_point now) {
  for (auto it = timers_.begin(); it != timers_.end();) {
    const auto due = it++;
    if (now < due->first) continue;
    const auto task = std::move(due->second);
    timers_.erase(due);
    task(now);
  }
  for (auto it = open_.begin(); it != open_.end();) {
    const auto which = it++;
    if (which->in_flight || now < which->not_before) continue;
    if (now >= which->what.deadline) {
      late(which, now);
    } else {
      send(*which, now);
    }
  }
}

time_point admin_core::next_deadline() const {
  auto next = never;
  for (const auto& [at, task] : timers_) next = std::min(next, at);
  for (const auto& which : open_) {
    if (!which.in_flight) next = std::min(next, which.held ? which.what.deadline : which.not_before);
  }
  return next;
}

}  // namespace kwire::core
