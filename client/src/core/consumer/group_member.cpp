#include "core/consumer/group_member.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kwire::core {

group_member::group_member(consumer_context& context) : context_(&context), pause_(context.make_pause()) {
  for (const auto& name : context.settings.assignment_strategy) {
    if (auto found = find_assignor(strategy_name(name))) assignors_.push_back(std::move(found));
  }
  // As Java: a member that offers an eager assignor rebalances eagerly whichever is chosen.
  cooperative_ = std::ranges::all_of(assignors_, [](const auto& how) { return how->cooperative(); });
}

event& group_member::tell(event_kind kind, severity level) {
  return context_->tell(kind, level, context::cgrp).about(context_->settings.group_id);
}

request group_member::group_request(std::shared_ptr<request_body> body, time_point deadline) const {
  request asked;
  asked.body = std::move(body);
  asked.to = destination::group(context_->settings.group_id);
  asked.kind = traffic::group;
  asked.owner = context_->owner;
  asked.deadline = deadline;
  return asked;
}

commit_identity group_member::identity() const {
  commit_identity who;
  who.group = context_->settings.group_id;
  who.member = member_id_;
  who.generation = generation_;
  if (is_static() && !topics_.empty()) who.instance = context_->settings.group_instance_id;
  return who;
}

std::optional<error> group_member::commit_obstacle() const {
  if (topics_.empty() || in_group()) return std::nullopt;
  // Without a generation the coordinator would take the commit as one of no member, and believe it.
  return error{broker_errc::unknown_member_id, "the consumer is no member of its group at the moment"}.in(
      api::offset_commit);
}

void group_member::subscribe(std::vector<std::string> topics, time_point now) {
  if (topics.empty()) {
    if (!topics_.empty())
      leave("the consumer unsubscribed", now + context_->client.request_timeout, [] {}, now);
    return;
  }
  const bool changed = topics != topics_;
  topics_ = std::move(topics);
  if (state_ == state::idle) {
    state_ = state::unjoined;
  } else if (changed && state_ == state::stable) {
    reason_ = "the subscription has changed";
    rejoin(now);
  }
}

/// Goes back to joining; partitions are kept for as long as the protocol allows.
void group_member::rejoin(time_point not_before) {
  ++attempt_;
  state_ = state::unjoined;
  not_before_ = not_before;
}

void group_member::polled(time_point) { dormant_ = false; }

void group_member::advance(time_point now) {
  if (state_ == state::idle) return;
  check_poll_interval(now);
  if (state_ == state::unjoined && !carrying_out_ && !dormant_ && now >= not_before_) join(now);
  if (state_ == state::assigning) assign_when_known(now);
  if (in_group() && !heartbeat_in_flight_ && now >= heartbeat_due_) heartbeat(now);
}

time_point group_member::next_deadline() const {
  auto next = never;
  if (state_ == state::idle) return next;
  if (state_ == state::unjoined && !carrying_out_ && !dormant_) next = std::min(next, not_before_);
  if (in_group() && !heartbeat_in_flight_) next = std::min(next, heartbeat_due_);
  if (!dormant_) {
    const auto polls = context_->sink.activity();
    if (!polls.inside)
      next = std::min<time_point>(next, polls.last_left + context_->settings.max_poll_interval);
  }
  return next;
}

void group_member::check_poll_interval(time_point now) {
  if (dormant_) return;
  const auto polls = context_->sink.activity();
  if (polls.inside || now < polls.last_left + context_->settings.max_poll_interval) return;
  dormant_ = true;
  context_->sink.wants_poll();
  if (!in_group() && owned_.empty()) return;
  error why{errc::max_poll_exceeded,
            "more than max.poll.interval.ms=" + std::to_string(context_->settings.max_poll_interval.count()) +
                " between polls; poll faster or raise it"};
  tell(event_kind::poll_interval_exceeded, severity::warning).because(why);
  if (in_group() && !is_static()) {
    auto bye = make_leave_group(identity(), "max.poll.interval.ms exceeded");
    auto asked = group_request(std::move(bye), now + context_->client.request_timeout);
    asked.kind = traffic::general;
    context_->calls.send(std::move(asked), [](const response&, time_point) {});
  }
  context_->sink.failed(std::move(why));
  lose(!is_static(), now);
}

// -- joining ----------------------------------------------------------------------------------------------

std::vector<topic_partition> group_member::unwanted() const {
  std::vector<topic_partition> list;
  for (const auto& where : owned_) {
    if (!cooperative_ || !std::ranges::binary_search(topics_, where.topic)) list.push_back(where);
  }
  return list;
}

void group_member::join(time_point now) {
  if (auto leaving = unwanted(); !leaving.empty()) {
    last_had_ = owned_;
    return give({step::revoke, std::move(leaving), {}});  // comes back here when it is done
  }
  const auto& settings = context_->settings;
  join_details details;
  details.who = identity();
  details.topics = topics_;
  joined_topics_ = topics_;
  details.owned = owned_;
  details.had = cooperative_ ? owned_ : last_had_;
  details.generation_of_owned = owned_generation_;
  details.rack = settings.client_rack;
  details.session_timeout_ms = static_cast<std::int32_t>(settings.session_timeout.count());
  details.rebalance_timeout_ms = static_cast<std::int32_t>(settings.max_poll_interval.count());
  details.reason = reason_;
  // The coordinator answers when all members have joined or the rebalance time-out has passed.
  auto asked = group_request(make_join_group(details, assignors_),
                             now + settings.max_poll_interval + std::chrono::seconds{5});
  if (is_static()) asked.usable.min = 5;
  state_ = state::joining;
  tell(event_kind::group_joining, severity::debug).with(reason_);
  context_->calls.send(std::move(asked), [this, mine = ++attempt_](const response& answer, time_point at) {
    if (mine == attempt_) on_joined(answer, at);
  });
}

void group_member::on_joined(const response& answer, time_point now) {
  protocol::join_group_response message;
  if (auto read = read_response(message, answer); !read) {
    if (!answer.failure || read.error() == errc::unsupported_by_broker) return halt(read.error(), now);
    return rejoin(now + pause_.next(context_->random));
  }
  const auto code = static_cast<broker_errc>(message.error_code);
  if (code == broker_errc::member_id_required) {
    member_id_ = message.member_id;
    return rejoin(now);
  }
  if (code != broker_errc::none) return on_refusal(code, api::join_group, now);
  accept_join(std::move(message), now);
}

void group_member::accept_join(protocol::join_group_response message, time_point now) {
  const auto chosen = std::ranges::find_if(
      assignors_, [&](const auto& how) { return how->name() == message.protocol_name.value_or(""); });
  if (chosen == assignors_.end() || message.protocol_type.value_or("consumer") != "consumer") {
    return halt(error{broker_errc::inconsistent_group_protocol,
                      "the group uses " + message.protocol_type.value_or("consumer") + "/" +
                          message.protocol_name.value_or("")}
                    .in(api::join_group),
                now);
  }
  pause_.reset();
  contact(now);  // the coordinator's clock for us starts with its answer, however long it held it back
  member_id_ = message.member_id;
  generation_ = message.generation;
  heartbeat_due_ = now + context_->settings.heartbeat_interval;
  chosen_ = *chosen;
  leader_ = message.leader == member_id_;
  members_.clear();
  group_topics_.clear();
  if (!leader_) return sync({}, now);
  members_ = read_members(message, *chosen_);
  for (const auto& member : members_) group_topics_.insert(member.topics.begin(), member.topics.end());
  if (message.skip_assignment) {
    // A static leader that came back: the group keeps its assignment, we only watch the topics.
    assigned_counts_ = partition_counts();
    return sync({}, now);
  }
  known_revision_ = context_->metadata->revision;
  state_ = state::assigning;
  assign_when_known(now);
}

std::map<std::string, std::int32_t> group_member::partition_counts() const {
  std::map<std::string, std::int32_t> counts;
  for (const auto& name : group_topics_) {
    const auto* topic = context_->metadata->find(name);
    if (topic == nullptr || topic->partitions.empty()) continue;
    counts[name] = static_cast<std::int32_t>(topic->partitions.size());
  }
  return counts;
}

/// Topics of other members may be new to us: one refresh has to say whether they exist.
void group_member::assign_when_known(time_point now) {
  const bool all = std::ranges::all_of(
      group_topics_, [&](const std::string& name) { return context_->metadata->find(name) != nullptr; });
  if (!all && context_->metadata->revision == known_revision_) {
    context_->out.refresh_metadata = true;
    return;
  }
  assigned_counts_ = partition_counts();
  sync(chosen_->assign(members_, assigned_counts_), now);
}

void group_member::sync(const group_assignment& assignment, time_point now) {
  state_ = state::syncing;
  sync_asked_ = now;
  auto asked = group_request(make_sync_group(identity(), std::string{chosen_->name()}, assignment),
                             now + context_->settings.max_poll_interval + std::chrono::seconds{5});
  context_->calls.send(std::move(asked), [this, mine = ++attempt_](const response& answer, time_point at) {
    if (mine == attempt_) on_synced(answer, at);
  });
}

void group_member::on_synced(const response& answer, time_point now) {
  protocol::sync_group_response message;
  if (auto read = read_response(message, answer); !read) return rejoin(now + pause_.next(context_->random));
  const auto code = static_cast<broker_errc>(message.error_code);
  if (code == broker_errc::rebalance_in_progress) {
    reason_ = "another rebalance has begun";
    return rejoin(now);
  }
  if (code != broker_errc::none) return on_refusal(code, api::sync_group, now);
  auto assignment = read_assignment(message.assignment);
  if (!assignment) return halt(assignment.error(), now);
  // A rebalance that began after this was asked may be over by now, and without us: others have what this
  // answer gives.
  if (now >= sync_asked_ + context_->settings.max_poll_interval) {
    reason_ = "the assignment came after the rebalance time-out";
    return rejoin(now);
  }
  last_peace_ = std::max(last_peace_, answer.sent);
  contact(answer.sent);
  state_ = state::stable;
  reason_ = "the group is rebalancing";
  ++rebalances_;
  tell(event_kind::group_joined, severity::info)
      .with("generation " + std::to_string(raw(generation_)) + ", " + std::to_string(assignment->size()) +
            " partitions" + (leader_ ? ", leader" : ""));
  apply(std::move(*assignment));
  // What has changed while the round was under way nobody has acted on yet.
  if (topics_ != joined_topics_) {
    reason_ = "the subscription has changed";
    return rejoin(now);
  }
  metadata_changed(now);
}

// -- what the application carries out ----------------------------------------------------------------------

void group_member::apply(std::vector<topic_partition> assignment) {
  std::vector<topic_partition> gone;
  std::vector<topic_partition> fresh;
  std::ranges::sort(owned_);
  std::ranges::set_difference(owned_, assignment, std::back_inserter(gone));
  std::ranges::set_difference(assignment, owned_, std::back_inserter(fresh));
  owned_generation_ = generation_;
  // What was given up others wait for: they get it in another round (KIP-429).
  rejoin_after_ = cooperative_ && !gone.empty();
  if (!gone.empty()) give({step::revoke, std::move(gone), {}});
  give({step::assign, std::move(fresh), std::move(assignment)});
}

void group_member::give(rebalance_notice notice) {
  notices_.push_back(std::move(notice));
  if (!carrying_out_) emit_next();
}

void group_member::emit_next() {
  carrying_out_ = !notices_.empty();
  if (!carrying_out_) return;
  auto next = std::move(notices_.front());
  notices_.pop_front();
  const auto kind = next.what == step::assign   ? event_kind::partitions_assigned
                    : next.what == step::revoke ? event_kind::partitions_revoked
                                                : event_kind::partitions_lost;
  std::string list;
  for (const auto& where : next.partitions) list += (list.empty() ? "" : " ") + to_string(where);
  tell(kind, severity::info).with(std::move(list));
  context_->sink.rebalance(std::move(next));
}

void group_member::rebalance_done(std::vector<topic_partition> owned, time_point now) {
  owned_ = std::move(owned);
  carrying_out_ = false;
  if (std::exchange(lost_, false)) {
    notices_.clear();
    rejoin_after_ = false;
    if (!owned_.empty()) notices_.push_back({step::lose, owned_, {}});
  }
  emit_next();
  if (!carrying_out_ && std::exchange(rejoin_after_, false) && state_ == state::stable) {
    reason_ = "partitions were given up";
    rejoin(now);
  }
}

/// The group does not count us as the owner of anything: delivery stops at once, the application hears of it
/// at its next poll, and only then we join again.
void group_member::lose(bool new_identity, time_point now) {
  if (new_identity) member_id_.clear();
  generation_ = no_generation;
  heartbeat_due_ = never;
  context_->sink.session_ends(time_point::min());
  last_had_.clear();
  owned_generation_ = no_generation;
  if (state_ != state::idle) rejoin(now);
  if (carrying_out_) {
    lost_ = true;  // a notice is out: the application may be getting partitions that are lost already
    return;
  }
  if (!owned_.empty()) give({step::lose, owned_, {}});
}

// -- staying ----------------------------------------------------------------------------------------------

/// The coordinator counts from when it got our request, which is not before we sent it. Heartbeats keep us in
/// the group; from a rebalance that we do not manage to join we are taken out all the same, when its
/// time-out, at least ours, has passed. It has not begun before the last request that found the group at
/// peace.
void group_member::contact(time_point sent) {
  last_contact_ = std::max(last_contact_, sent);
  const auto& settings = context_->settings;
  context_->sink.session_ends(
      std::min(last_contact_ + settings.session_timeout, last_peace_ + settings.max_poll_interval));
}

void group_member::heartbeat(time_point now) {
  const auto who = identity();
  auto asked = group_request(make_heartbeat(who), now + std::min(context_->client.request_timeout,
                                                                 context_->settings.session_timeout));
  // The coordinator holds the answer to a join back, and with it everything on that connection.
  if (state_ == state::joining || state_ == state::syncing) asked.kind = traffic::general;
  heartbeat_in_flight_ = true;
  heartbeat_due_ = now + context_->settings.heartbeat_interval;
  context_->calls.send(std::move(asked), [this, who](const response& answer, time_point at) {
    heartbeat_in_flight_ = false;
    on_heartbeat(answer, who, at);
  });
}

void group_member::on_heartbeat(const response& answer, const commit_identity& who, time_point now) {
  if (who.member != member_id_ || who.generation != generation_) return;  // of an earlier life
  protocol::heartbeat_response message;
  if (auto read = read_response(message, answer); !read) {
    heartbeat_due_ = std::min<time_point>(heartbeat_due_, now + pause_.next(context_->random));
    tell(event_kind::heartbeat_failed, severity::debug).because(read.error());
    return;
  }
  const auto code = static_cast<broker_errc>(message.error_code);
  if (code == broker_errc::none) last_peace_ = std::max(last_peace_, answer.sent);
  if (code == broker_errc::none || code == broker_errc::rebalance_in_progress) contact(answer.sent);
  if (code == broker_errc::none) return;
  if (code == broker_errc::rebalance_in_progress) {
    if (state_ != state::stable) return;  // we are at it
    tell(event_kind::group_rebalancing, severity::debug);
    reason_ = "the group is rebalancing";
    return rejoin(now);
  }
  on_refusal(code, api::heartbeat, now);
}

void group_member::refused(broker_errc code, const commit_identity& who, time_point now) {
  if (!in_group() || who.member != member_id_ || who.generation != generation_) return;
  on_refusal(code, api::offset_commit, now);
}

void group_member::metadata_changed(time_point now) {
  if (state_ != state::stable || !leader_) return;
  if (partition_counts() == assigned_counts_) return;
  assigned_counts_ = partition_counts();
  reason_ = "topics or partitions of the group have changed";
  rejoin(now);
}

void group_member::add_topics(std::set<std::string>& into) const {
  into.insert(topics_.begin(), topics_.end());
  into.insert(group_topics_.begin(), group_topics_.end());
}

}  // namespace kwire::core
