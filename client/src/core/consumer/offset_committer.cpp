#include "core/consumer/offset_committer.hpp"

#include <algorithm>
#include <utility>

namespace kwire::core {
namespace {

bool ask_again(broker_errc code) {
  switch (code) {
    case broker_errc::coordinator_load_in_progress:
    case broker_errc::coordinator_not_available:
    case broker_errc::not_coordinator:
    case broker_errc::request_timed_out: return true;
    default: return false;
  }
}

bool coordinator_moved(broker_errc code) {
  return code == broker_errc::coordinator_not_available || code == broker_errc::not_coordinator;
}

bool refuses_member(broker_errc code) {
  return code == broker_errc::unknown_member_id || code == broker_errc::illegal_generation ||
         code == broker_errc::fenced_instance_id;
}

}  // namespace

void offset_committer::commit(std::vector<commit_entry> entries, time_point deadline, completion done,
                              time_point now) {
  if (entries.empty()) return done(commit_answer{});
  auto& fresh = jobs_.emplace_back();
  fresh.entries = std::move(entries);
  fresh.deadline = deadline;
  fresh.done = std::move(done);
  send_first(now);
}

/// One after the other: of two that look for the coordinator at a time, or go to different ones, the older
/// could arrive last, and the committed offset would go back.
void offset_committer::send_first(time_point now) {
  while (!jobs_.empty()) {
    const auto first = jobs_.begin();
    if (first->in_flight || now < first->not_before) return;
    send(first, now);
  }
}

void offset_committer::send(handle which, time_point now) {
  auto known = identity_();
  if (!known) return finish(which, known.error());
  const auto who = std::move(*known);
  request asked;
  asked.body = make_offset_commit(who, which->entries, *context_->metadata);
  asked.usable.max = highest_commit_version(which->entries, *context_->metadata);
  asked.to = destination::group(who.group);
  asked.deadline = std::min(which->deadline, now + context_->client.request_timeout);
  which->in_flight = true;
  context_->calls.send(std::move(asked), [this, which, who](const response& answer, time_point at) {
    on_answer(which, who, answer, at);
  });
}

void offset_committer::on_answer(handle which, const commit_identity& who, const response& answer,
                                 time_point now) {
  which->in_flight = false;
  auto codes = read_offset_commit(answer, *context_->metadata);
  if (!codes) {
    // Committing the same offsets again is harmless, so it does not matter whether the broker acted.
    if (answer.failure && codes.error() != errc::unsupported_by_broker)
      return retry(which, codes.error(), now);
    return finish(which, codes.error());
  }
  std::vector<commit_entry> left;
  auto worst = broker_errc::none;
  for (auto& entry : which->entries) {
    const auto found = codes->find(entry.where);
    const auto code = found == codes->end() ? broker_errc::unknown_server_error : found->second;
    which->codes[entry.where] = code;
    if (code == broker_errc::none) acknowledged_[entry.where] = entry.offset;
    if (ask_again(code)) left.push_back(std::move(entry));
    if (code != broker_errc::none) worst = code;
  }
  if (coordinator_moved(worst)) context_->out.lost_coordinators.push_back(who.group);
  if (refuses_member(worst)) refused_(worst, who, now);
  which->entries = std::move(left);
  if (!which->entries.empty()) return retry(which, error{worst}.in(api::offset_commit), now);
  pause_.reset();
  finish(which, std::move(which->codes));
}

/// An automatic commit is not repeated: by its next turn there are newer offsets, and an old one sent late
/// could overtake them.
void offset_committer::retry(handle which, error why, time_point now) {
  const auto at = now + pause_.next(context_->random);
  if (which->automatic || at >= which->deadline) {
    if (which->codes.empty()) return finish(which, std::move(why));
    return finish(which, std::move(which->codes));
  }
  which->not_before = at;
}

void offset_committer::finish(handle which, result<commit_answer> outcome) {
  auto done = std::move(which->done);
  jobs_.erase(which);
  done(std::move(outcome));
}

void offset_committer::start_automatic(time_point now) {
  const auto& settings = context_->settings;
  if (!settings.auto_commit || settings.group_id.empty()) return;
  if (next_automatic_ == never) next_automatic_ = now + settings.auto_commit_interval;
  if (automatic_runs_ || now < next_automatic_) return;
  next_automatic_ = now + std::max(settings.auto_commit_interval, std::chrono::milliseconds{10});
  auto entries = context_->sink.superseded();
  std::erase_if(entries, [&](const commit_entry& entry) {
    const auto known = acknowledged_.find(entry.where);
    return known != acknowledged_.end() && known->second == entry.offset;
  });
  if (entries.empty()) return;
  automatic_runs_ = true;
  auto& fresh = jobs_.emplace_back();
  fresh.entries = std::move(entries);
  fresh.deadline = now + context_->client.request_timeout;
  fresh.automatic = true;
  fresh.done = [this](const result<commit_answer>& outcome) {
    automatic_runs_ = false;
    if (!outcome) {
      context_->tell(event_kind::commit_failed, severity::warning, context::consumer)
          .because(outcome.error());
      return;
    }
    for (const auto& [where, code] : *outcome) {
      if (code == broker_errc::none) continue;
      context_->tell(event_kind::commit_failed, severity::warning, context::consumer)
          .about(to_string(where))
          .because(error{code}.in(api::offset_commit));
    }
    context_->tell(event_kind::offsets_committed, severity::debug, context::consumer)
        .with(std::to_string(outcome->size()) + " partitions");
  };
}

void offset_committer::advance(time_point now) {
  start_automatic(now);
  for (auto it = jobs_.begin(); it != jobs_.end();) {
    const auto which = it++;
    if (which->in_flight || now < which->deadline) continue;
    if (which->codes.empty()) {
      finish(which, error{errc::timed_out, "earlier commits had no answer"}.in(api::offset_commit));
    } else {
      finish(which, std::move(which->codes));
    }
  }
  send_first(now);
}

time_point offset_committer::next_deadline() const {
  auto next = automatic_runs_ ? never : next_automatic_;
  for (const auto& waiting : jobs_) {
    if (!waiting.in_flight) next = std::min(next, waiting.deadline);
  }
  if (!jobs_.empty() && !jobs_.front().in_flight) next = std::min(next, jobs_.front().not_before);
  return next;
}

}  // namespace kwire::core
