#include "core/consumer/offset_queries.hpp"

#include <algorithm>
#include <utility>

namespace kwire::core {
namespace {

bool ask_again(broker_errc code) {
  return is_retriable(code) || code == broker_errc::fenced_leader_epoch ||
         code == broker_errc::unstable_offset_commit;
}

}  // namespace

void offset_queries::list(std::vector<list_target> targets, time_point deadline,
                          std::function<void(result<listed>)> done, time_point now) {
  if (targets.empty()) return done(listed{});
  auto& fresh = jobs_.emplace_back(context_->make_pause());
  fresh.targets = std::move(targets);
  fresh.deadline = deadline;
  fresh.told_listed = std::move(done);
  ask(std::prev(jobs_.end()), now);
}

void offset_queries::fetch_committed(std::vector<topic_partition> partitions, time_point deadline,
                                     std::function<void(result<committed>)> done, time_point now) {
  if (partitions.empty()) return done(committed{});
  auto& fresh = jobs_.emplace_back(context_->make_pause());
  fresh.partitions = std::move(partitions);
  fresh.deadline = deadline;
  fresh.told_committed = std::move(done);
  ask(std::prev(jobs_.end()), now);
}

void offset_queries::ask(handle which, time_point now) {
  which->not_before = {};
  if (which->told_committed) return ask_group(which, now);
  ask_leaders(which, now);
}

void offset_queries::ask_leaders(handle which, time_point now) {
  std::map<node_id, std::vector<list_target>> by_leader;
  bool leaderless = false;
  for (auto& target : which->targets) {
    const auto* place = context_->metadata->find(target.where.topic, target.where.partition);
    if (place == nullptr || place->leader == no_node || context_->metadata->find(place->leader) == nullptr) {
      leaderless = true;
      which->last = error{broker_errc::leader_not_available}.on(target.where.topic, target.where.partition);
      continue;
    }
    target.epoch = place->epoch;
    by_leader[place->leader].push_back(target);
  }
  if (leaderless) context_->out.refresh_metadata = true;
  for (auto& [node, targets] : by_leader) {
    request asked;
    asked.body = make_list_offsets(targets, context_->settings.level);
    asked.to = destination::broker(node);
    asked.deadline = std::min(which->deadline, now + context_->client.request_timeout);
    ++which->in_flight;
    context_->calls.send(std::move(asked),
                         [this, which, list = targets](const response& answer, time_point at) {
                           on_listed(which, list, answer, at);
                         });
  }
  if (by_leader.empty()) wait(which, now);
}

void offset_queries::on_listed(handle which, const std::vector<list_target>& asked, const response& answer,
                               time_point now) {
  --which->in_flight;
  const auto codes = read_list_offsets(answer);
  if (!codes) {
    which->last = codes.error();
    context_->out.refresh_metadata = true;
  } else {
    for (const auto& target : asked) {
      const auto found = codes->find(target.where);
      if (found == codes->end()) continue;
      if (ask_again(found->second.code)) {
        which->last =
            error{found->second.code}.in(api::list_offsets).on(target.where.topic, target.where.partition);
        if (which->last->metadata_stale()) context_->out.refresh_metadata = true;
        continue;
      }
      which->found[target.where] = found->second;
      std::erase_if(which->targets, [&](const list_target& t) { return t.where == target.where; });
    }
  }
  if (which->in_flight > 0) return;
  if (!which->targets.empty()) return wait(which, now);
  auto done = std::move(which->told_listed);
  auto found = std::move(which->found);
  jobs_.erase(which);
  done(std::move(found));
}

void offset_queries::ask_group(handle which, time_point now) {
  request asked;
  asked.body = make_offset_fetch(context_->settings.group_id, which->partitions, true);
  asked.to = destination::group(context_->settings.group_id);
  asked.usable.max = offset_fetch_by_name;
  asked.deadline = std::min(which->deadline, now + context_->client.request_timeout);
  ++which->in_flight;
  context_->calls.send(std::move(asked), [this, which](const response& answer, time_point at) {
    on_committed(which, answer, at);
  });
}

void offset_queries::on_committed(handle which, const response& answer, time_point now) {
  --which->in_flight;
  auto states = read_offset_fetch(answer);
  if (!states) {
    which->last = states.error();
    if (*which->last == broker_errc::not_coordinator ||
        *which->last == broker_errc::coordinator_not_available) {
      context_->out.lost_coordinators.push_back(context_->settings.group_id);
    }
    if (answer.failure || which->last->retriable()) return wait(which, now);
    return fail(which, *which->last);
  }
  for (const auto& where : which->partitions) {
    const auto found = states->find(where);
    if (found == states->end() || ask_again(found->second.code)) {
      const auto code = found == states->end() ? broker_errc::unknown_server_error : found->second.code;
      which->last = error{code}.in(api::offset_fetch).on(where.topic, where.partition);
      return wait(which, now);
    }
  }
  auto done = std::move(which->told_committed);
  jobs_.erase(which);
  done(std::move(*states));
}

void offset_queries::wait(handle which, time_point now) {
  const auto at = now + which->pause.next(context_->random);
  // The deadline gets its own turn, so that the caller waits as long as it wanted to.
  which->not_before = std::min(at, which->deadline);
}

void offset_queries::fail(handle which, error why) {
  auto listed_done = std::move(which->told_listed);
  auto committed_done = std::move(which->told_committed);
  jobs_.erase(which);
  if (listed_done) return listed_done(std::move(why));
  committed_done(std::move(why));
}

void offset_queries::advance(time_point now) {
  for (auto it = jobs_.begin(); it != jobs_.end();) {
    const auto which = it++;
    if (which->in_flight > 0 || now < which->not_before) continue;
    if (now < which->deadline) {
      ask(which, now);
      continue;
    }
    error late{errc::timed_out};
    if (which->last) late.with_detail(which->last->message());
    fail(which, std::move(late));
  }
}

time_point offset_queries::next_deadline() const {
  auto next = never;
  for (const auto& waiting : jobs_) {
    if (waiting.in_flight == 0) next = std::min(next, waiting.not_before);
  }
  return next;
}

}  // namespace kwire::core
