#include "peers/share_troupe.hpp"

#include <algorithm>
#include <kwire/protocol/messages/share_acknowledge.hpp>
#include <kwire/protocol/messages/share_fetch.hpp>

namespace kwire::sim {
namespace {

constexpr std::size_t most_members = 10;
constexpr std::int32_t most_deliveries = 8;

std::string describe(const share_judge::run& what) {
  return std::to_string(what.partition) + "@" + std::to_string(what.first) + "-" + std::to_string(what.last);
}

}  // namespace

share_troupe::share_troupe(stage on)
    : troupe(std::move(on)),
      setting_{on_.truth},
      history_([this] { return on_.time().time_since_epoch().count(); }, on_.truth, setting_.lock,
               most_deliveries) {
  auto& config = on_.broker.groups().config(share_group_name);
  config.share_reset = embedded::group_config::reset::earliest;
  config.share_delivery_limit = most_deliveries;
  config.share_session = std::chrono::milliseconds{3000};
  config.share_heartbeat = std::chrono::milliseconds{300 + random().below(400)};
  config.share_lock = std::chrono::milliseconds{setting_.lock / millisecond};
  if (on_.wrong == mutant::share_lock_endless) config.share_lock = std::chrono::hours{1};
  if (on_.wrong == mutant::share_lock_too_short) config.share_lock = std::chrono::milliseconds{100};
}

void share_troupe::start() {
  for (std::size_t i = 0; i <= on_.plan.consumers; ++i) {
    join(static_cast<micros>(random().below(500 * millisecond)));
  }
}

void share_troupe::join(micros wait) {
  const auto id = on_.next_id();
  auto made = std::make_unique<share_peer>(id, around(), random().next(), setting_);
  on_.enroll(id, *made);
  auto& kept = *members_.emplace_back(std::move(made));
  after(wait, [&kept] {
    if (!kept.dead()) kept.start();
  });
}

std::vector<share_peer*> share_troupe::living() {
  std::vector<share_peer*> all;
  for (auto& one : members_) {
    if (one->stays()) all.push_back(one.get());
  }
  return all;
}

void share_troupe::flap() {
  const auto all = living();
  if (members_.size() >= most_members || all.empty()) return;
  all[random().below(all.size())]->leave();
  if (random().below(3) > 0 || all.size() == 1) join(0);
}

void share_troupe::kill(std::uint32_t who) {
  const auto all = living();
  if (members_.size() >= most_members || all.empty()) return;
  auto& chosen = *all[who % all.size()];
  on_.log.line([&] { return "peer" + std::to_string(chosen.id()) + " is killed"; });
  troupe::kill(chosen);
  join(static_cast<micros>(random().below(second)));
}

template <class Request>
void share_troupe::listen(host_id host, wire_id wire, std::int32_t correlation, bytes& frame) {
  auto copy = frame;
  const bool forges = on_.wrong == mutant::acknowledgement_lost;
  rewrite_request<Request>(copy, [&](auto& message, auto&) {
    auto& asked = open_[{wire, correlation}];
    asked.key = Request::info.key;
    on_.log.line([&] {
      std::string text = "  session " + std::to_string(message.share_session_epoch) + ", partitions";
      for (const auto& topic : message.topics) {
        for (const auto& part : topic.partitions) text += " " + std::to_string(raw(part.partition_index));
      }
      if constexpr (std::is_same_v<Request, protocol::share_fetch_request>) {
        for (const auto& topic : message.forgotten_topics_data) {
          for (const auto index : topic.partitions) text += " not " + std::to_string(raw(index));
        }
      }
      return text;
    });
    for (auto& topic : message.topics) {
      for (auto& part : topic.partitions) {
        for (auto& batch : part.acknowledgement_batches) {
          const auto index = raw(part.partition_index);
          history_.spoken_of(host, {index, batch.first_offset, batch.last_offset});
          asked.said.push_back({{index, batch.first_offset, batch.last_offset}, batch.acknowledge_types});
          // The brokers take an acceptance for a release.
          for (auto& type : batch.acknowledge_types) type = type == 1 ? 2 : type;
        }
      }
    }
    // A session ends here, this one or that of before: what its member holds may go to others at once.
    if (message.share_session_epoch <= 0) history_.session_ended(host);
  });
  if (forges) frame = std::move(copy);
}

bool share_troupe::request(host_id host, wire_id wire, const frame_head& head, bytes& frame) {
  if (head.key == api::share_fetch) {
    listen<protocol::share_fetch_request>(host, wire, head.correlation, frame);
  }
  if (head.key == api::share_acknowledge) {
    listen<protocol::share_acknowledge_request>(host, wire, head.correlation, frame);
  }
  return true;
}

void share_troupe::tamper_answer(const frame_head& head, bytes& frame) {
  if (head.key != api::share_fetch) return;
  const bool hides = on_.wrong == mutant::acquired_run_hidden && chance(5);
  if (!hides && on_.wrong != mutant::delivery_count_kept) return;
  rewrite_answer<protocol::share_fetch_response>(frame, head.version, [&](auto& message) {
    for (auto& topic : message.responses) {
      for (auto& part : topic.partitions) {
        for (auto& run : part.acquired_records) {
          if (!hides) run.delivery_count = 1;
        }
        if (hides && !part.acquired_records.empty()) part.acquired_records.pop_back();
      }
    }
  });
}

void share_troupe::answer(host_id host, wire_id wire, const frame_head& head, bytes& frame) {
  tamper_answer(head, frame);
  auto known = open_.extract({wire, head.correlation});
  if (known.empty()) return;
  if (head.key == api::share_fetch) hear_fetch(host, known.mapped(), frame, head.version);
  if (head.key == api::share_acknowledge) hear_acknowledge(host, known.mapped(), frame, head.version);
}

/// What has become of acknowledgements; those of a partition that the answer does not list are done.
void share_troupe::settle(host_id host, const question& asked,
                          const std::map<std::int32_t, std::int16_t>& results, std::int16_t error) {
  if (error != 0) return;
  for (const auto& [what, types] : asked.said) {
    const auto found = results.find(what.partition);
    on_.log.line([&, &of = what] {
      return "  hears of " + std::to_string(host) + " about " + describe(of) +
             (found == results.end() ? ": nobody knows" : ": " + std::to_string(found->second));
    });
    if (found == results.end()) history_.doubtful(what);
    if (found == results.end() || found->second != 0) continue;
    for (auto offset = what.first; offset <= what.last; ++offset) {
      const auto at = types.size() == 1 ? 0 : static_cast<std::size_t>(offset - what.first);
      history_.acknowledged(host, {what.partition, offset, offset}, types[at]);
    }
  }
}

void share_troupe::hear_fetch(host_id host, const question& asked, const bytes& frame, std::int16_t version) {
  auto copy = frame;
  rewrite_answer<protocol::share_fetch_response>(copy, version, [&](auto& message) {
    std::map<std::int32_t, std::int16_t> results;
    for (const auto& topic : message.responses) {
      for (const auto& part : topic.partitions) {
        results[raw(part.partition_index)] = part.acknowledge_error_code;
      }
    }
    settle(host, asked, results, message.error_code);
    for (const auto& topic : message.responses) {
      for (const auto& part : topic.partitions) {
        for (const auto& run : part.acquired_records) {
          on_.log.line([&] {
            return "  gives " + std::to_string(host) + " " +
                   describe({raw(part.partition_index), run.first_offset, run.last_offset}) + " for the " +
                   std::to_string(run.delivery_count) + ". time";
          });
          history_.acquired(host, {raw(part.partition_index), run.first_offset, run.last_offset},
                            run.delivery_count);
        }
      }
    }
  });
}

void share_troupe::hear_acknowledge(host_id host, const question& asked, const bytes& frame,
                                    std::int16_t version) {
  auto copy = frame;
  rewrite_answer<protocol::share_acknowledge_response>(copy, version, [&](auto& message) {
    std::map<std::int32_t, std::int16_t> results;
    for (const auto& topic : message.responses) {
      for (const auto& part : topic.partitions) results[raw(part.partition_index)] = part.error_code;
    }
    settle(host, asked, results, message.error_code);
  });
}

/// A session ends with its connection; what was asked on it may have been done.
void share_troupe::disconnected(host_id host, wire_id wire) {
  const auto from = open_.lower_bound({wire, INT32_MIN}), to = open_.upper_bound({wire, INT32_MAX});
  for (auto at = from; at != to; ++at) {
    for (const auto& one : at->second.said) history_.doubtful(one.what);
    if (at->second.key == api::share_fetch) history_.answer_lost();
  }
  open_.erase(from, to);
  on_.log.line([&] { return "  a session of " + std::to_string(host) + " ends"; });
  history_.session_ended(host);
}

std::string share_troupe::unsettled() {
  auto* group = on_.broker.groups().find_share(share_group_name);
  const auto* topic = on_.broker.state().find(topic_name);
  for (std::int32_t i = 0; i < on_.plan.partitions; ++i) {
    const auto end = topic->partitions[static_cast<std::size_t>(i)].log.end_offset();
    if (end == 0) continue;
    const auto* at = group == nullptr ? nullptr : group->find({topic->id, i});
    const auto open = at == nullptr ? end : at->lag(end);
    if (open > 0)
      return std::to_string(open) + " records of partition " + std::to_string(i) + " are not done";
  }
  return {};
}

void share_troupe::close() {
  for (auto* one : living()) one->leave();
}

bool share_troupe::closed() const {
  return std::ranges::all_of(members_, [](const auto& one) { return one->dead() || one->left(); });
}

void share_troupe::check() {
  auto* group = on_.broker.groups().find_share(share_group_name);
  const auto* topic = on_.broker.state().find(topic_name);
  for (std::int32_t i = 0; i < on_.plan.partitions; ++i) {
    // What came late, when all had left, nobody has been given.
    const auto* at = group == nullptr ? nullptr : group->find({topic->id, i});
    if (at != nullptr) history_.check_end(i, at->start());
  }
}

}  // namespace kwire::sim
