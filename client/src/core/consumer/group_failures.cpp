#include <utility>

#include "core/consumer/group_member.hpp"

// What a group member does when the coordinator refuses, and how it leaves.

namespace kwire::core {

/// Waits for the application, which hears of the reason at its next poll; then the member tries again.
void group_member::halt(error why, time_point now) {
  dormant_ = true;
  context_->sink.wants_poll();
  why.on(context_->settings.group_id);
  tell(event_kind::group_left, severity::error).because(why);
  context_->sink.failed(std::move(why));
  rejoin(now + pause_.next(context_->random));
}

void group_member::on_refusal(broker_errc code, api where, time_point now) {
  const auto& settings = context_->settings;
  error why{code};
  why.in(where);
  switch (code) {
    case broker_errc::coordinator_load_in_progress:
    case broker_errc::coordinator_not_available:
    case broker_errc::not_coordinator:
      if (code != broker_errc::coordinator_load_in_progress) {
        context_->out.lost_coordinators.push_back(settings.group_id);
        tell(event_kind::coordinator_lost, severity::debug).because(why);
      }
      if (where == api::heartbeat || where == api::offset_commit) {
        heartbeat_due_ = now + pause_.next(context_->random);
        return;
      }
      return rejoin(now + pause_.next(context_->random));
    case broker_errc::rebalance_in_progress: return rejoin(now + pause_.next(context_->random));
    case broker_errc::unknown_member_id:
    case broker_errc::illegal_generation:
      tell(event_kind::group_rebalancing, severity::warning).because(why);
      reason_ = "the group had forgotten this member";
      // With an old generation it is a member still: under another id, the others would wait for the old one
      // until its session ends.
      return lose(code == broker_errc::unknown_member_id, now);
    case broker_errc::fenced_instance_id:
      // Somebody else runs with our group.instance.id: going on would fence him in turn.
      lose(true, now);
      why.with_detail("another consumer uses group.instance.id=" + settings.group_instance_id);
      halt(error{errc::fenced, why.message()}, now);
      state_ = state::idle;
      return;
    case broker_errc::invalid_session_timeout:
      why.with_detail("session.timeout.ms=" + std::to_string(settings.session_timeout.count()) +
                      " is outside what the broker allows (group.min.session.timeout.ms, "
                      "group.max.session.timeout.ms)");
      return halt(std::move(why), now);
    default:
      if (why.retriable()) return rejoin(now + pause_.next(context_->random));
      return halt(std::move(why), now);
  }
}

void group_member::leave(std::string reason, time_point deadline, std::function<void()> done,
                         time_point now) {
  const auto who = identity();
  const bool tell_group = state_ != state::idle && !who.member.empty() && !is_static();
  ++attempt_;
  state_ = state::idle;
  topics_.clear();
  group_topics_.clear();
  notices_.clear();
  owned_.clear();
  carrying_out_ = lost_ = rejoin_after_ = dormant_ = false;
  generation_ = no_generation;
  owned_generation_ = no_generation;
  member_id_.clear();
  heartbeat_due_ = never;
  context_->sink.session_ends(never);
  if (!tell_group || deadline <= now) return done();
  auto asked = group_request(make_leave_group(who, std::move(reason)), deadline);
  // Not behind a join whose answer the coordinator holds back.
  asked.kind = traffic::general;
  context_->calls.send(std::move(asked), [this, done = std::move(done)](const response&, time_point) {
    tell(event_kind::group_left, severity::debug);
    done();
  });
}

}  // namespace kwire::core
