#include "consumer_app.hpp"

#include <algorithm>
#include <utility>

#include "producer_app.hpp"

namespace kwire::sim {
namespace {

std::vector<topic_partition> listed(std::vector<core::commit_entry> entries) {
  std::vector<topic_partition> out;
  for (auto& entry : entries) out.push_back(std::move(entry.where));
  return out;
}

core::consumer_settings adapt(core::consumer_settings settings, const consumer_app::role& as) {
  settings.group_instance_id = as.instance;
  if (!as.by_hand) return settings;
  settings.group_id.clear();
  settings.auto_commit = false;
  return settings;
}

}  // namespace

consumer_app::consumer_app(std::uint32_t id, host& on, const scenario& plan, judge& truth, mutant wrong,
                           role as)
    : poll_loop(on, adapt(plan.consumer, as), plan.seed * 1000 + 500 + id),
      id_(id),
      plan_(plan),
      role_(std::move(as)),
      truth_(truth),
      wrong_(wrong) {}

void consumer_app::start() {
  if (close_wanted_) return;  // told to leave before it came
  enter();
  if (role_.by_hand) {
    std::vector<core::partition_start> all;
    for (std::int32_t i = 0; i < plan_.partitions; ++i) {
      all.push_back(handover_.start({topic_name, partition_id{i}}, 0));
    }
    core_.start(all);
  } else {
    core_.subscribe({topic_name}, host_.now());
  }
  host_.on_event = [this](const event& e) {
    if (e.kind == event_kind::partitions_assigned) grant_ = truth_.granted();
    if (wrong_ != mutant::reset_on_temporary_error) return;
    if (e.kind == event_kind::fetch_failed || e.kind == event_kind::disconnected) {
      host_.at(host_.clock(), [this] { reset_wrongly(); });
    }
  };
  host_.pump();
  begin_poll();
}

core::time_point consumer_app::session_clock() const {
  return wrong_ == mutant::ignore_session_end ? time_point{} : host_.now();
}

void consumer_app::failed(const error& why) {
  if (why.fatal() && role_.stopped) role_.stopped();
}

void consumer_app::take(const record_batches& batches) {
  for (const auto& part : batches.partitions()) {
    for (const auto& record : part.records()) {
      const bool chosen = ++delivered_ % 13 == 7;
      if (wrong_ == mutant::skip_a_record && chosen) continue;
      deliver(part.where(), record.offset(), record.value());
      if (wrong_ == mutant::hand_over_twice && chosen) deliver(part.where(), record.offset(), record.value());
      last_ = {part.where(), record.offset()};
    }
    hand_.push_back({part.where(), part.next_offset()});
  }
  if (wrong_ == mutant::commit_batch_in_hand) handover_.supersede_all();
}

void consumer_app::deliver(const topic_partition& where, std::int64_t offset,
                           std::optional<bytes_view> value) {
  auto key = read_value(value);
  if (!key) return truth_.broken('A', "a delivered value is not what was produced");
  if (wrong_ == mutant::alter_a_value && delivered_ % 13 == 7) ++key->number;
  if (role_.by_hand) return truth_.delivered_by_hand(raw(where.partition), offset, *key);
  truth_.delivered(id_, raw(where.partition), offset, *key);
}

void consumer_app::after_poll() {
  // Mostly quick, sometimes slow, rarely too slow for max.poll.interval.ms.
  auto pause = static_cast<micros>(random_.below(5 * millisecond));
  if (!hand_.empty()) pause += static_cast<micros>(random_.below(20 * millisecond));
  if (random_.below(200) == 0) pause += static_cast<micros>(random_.below(2 * second));
  if (host_.clock() < plan_.chaos_ends && random_.below(3000) == 0) pause += 7 * second;
  host_.at(host_.clock() + pause, [this] { work(); });
}

void consumer_app::work() {
  for (const auto& done : std::exchange(hand_, {})) {
    truth_.processed(id_, raw(done.where.partition), done.next);
  }
  const bool chosen = !settings_.auto_commit && !role_.by_hand &&
                      (random_.below(100) < plan_.commits_by_hand || host_.clock() > plan_.chaos_ends);
  if (chosen && delivered_ > 0) {
    return commit_by_hand();
  }
  begin_poll();
}

void consumer_app::commit_by_hand() {
  auto entries = handover_.positions();
  if (entries.empty()) return begin_poll();
  for (auto& entry : entries) {
    if (wrong_ == mutant::commit_past_position) ++entry.offset;
    if (wrong_ == mutant::commit_backwards && random_.below(5) == 0 && entry.offset > 3) entry.offset -= 3;
  }
  step_ = step::busy;
  commit(std::move(entries), host_.now() + settings_.default_api_timeout, [this] {
    step_ = step::idle;
    begin_poll();
  });
}

/// `then` runs on its own, after the answer.
void consumer_app::commit(std::vector<core::commit_entry> entries, time_point until,
                          std::function<void()> then) {
  const auto deadline = host_.clock() + us(until);
  const auto asked = entries;
  core_.commit(
      std::move(entries), until,
      [this, deadline, asked, still = host_.stood_still(), then = std::move(then)](const auto& codes) {
        truth_.call_ended("a commit", deadline, host_.stood_still() - still);
        if (codes) confirmed(asked, *codes);
        host_.at(host_.clock(), then);
      },
      host_.now());
  host_.wake();
}

void consumer_app::confirmed(const std::vector<core::commit_entry>& asked, const core::commit_answer& codes) {
  for (const auto& [where, code] : codes) {
    if (code != broker_errc::none) continue;
    const auto entry = std::ranges::find(asked, where, &core::commit_entry::where);
    if (entry != asked.end()) truth_.commit_confirmed(id_, raw(where.partition), entry->offset);
  }
}

void consumer_app::hand_back(const core::rebalance_notice& notice) {
  const bool lost = notice.what == core::rebalance_notice::step::lose;
  if (lost || !settings_.auto_commit) return give_up(notice.partitions);
  auto entries = handover_.superseded();
  std::erase_if(entries, [&](const core::commit_entry& entry) {
    return std::ranges::find(notice.partitions, entry.where) == notice.partitions.end();
  });
  if (entries.empty()) return give_up(notice.partitions);
  step_ = step::busy;
  commit(std::move(entries), host_.now() + host_.settings().request_timeout,
         [this, partitions = notice.partitions] {
           step_ = step::polling;
           give_up(partitions);
           serve();
         });
}

void consumer_app::assigned(const topic_partition& where) {
  truth_.assigned(id_, raw(where.partition), grant_);
}

void consumer_app::revoked(const topic_partition& where) { truth_.revoked(id_, raw(where.partition)); }

void consumer_app::let_go(const std::vector<topic_partition>& partitions) {
  after_loss(partitions);
  if (wrong_ == mutant::keep_what_is_revoked) {
    kept_ = partitions;
  } else {
    poll_loop::let_go(partitions);
  }
}

std::vector<topic_partition> consumer_app::owned() const {
  auto all = handover_.assignment();
  std::erase_if(all, [this](const auto& where) { return std::ranges::find(kept_, where) != kept_.end(); });
  return all;
}

void consumer_app::after_loss(const std::vector<topic_partition>& partitions) {
  if (wrong_ != mutant::deliver_after_revoke || !last_) return;
  if (std::ranges::find(partitions, last_->first) == partitions.end()) return;
  truth_.delivered(id_, raw(last_->first.partition), last_->second + 1, {});
}

void consumer_app::reset_wrongly() {
  if (step_ == step::closed) return;
  std::vector<core::partition_start> list;
  for (const auto& where : listed(handover_.positions())) {
    list.push_back(handover_.start(where, -1));
    list.back().reset_to = core::latest_timestamp;
  }
  core_.start(list);
  host_.wake();
}

/// As `consumer::close`: everything handed over counts as done with.
void consumer_app::leave() {
  const auto limit = host_.now() + host_.settings().close_timeout;
  const auto deadline = host_.clock() + us(limit);
  const auto go = [this, limit, deadline, still = host_.stood_still()] {
    depart(limit,
           [this, deadline, still] { truth_.call_ended("close", deadline, host_.stood_still() - still); });
  };
  handover_.supersede_all();
  auto entries = handover_.superseded();
  if (!settings_.auto_commit || entries.empty()) return go();
  commit(std::move(entries), limit, go);
}

}  // namespace kwire::sim
