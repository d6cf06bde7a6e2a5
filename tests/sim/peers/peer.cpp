#include "peers/peer.hpp"

#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <utility>

namespace kwire::sim {

peer::peer(host_id id, surroundings around, std::uint64_t seed)
    : id_(id), name_("peer" + std::to_string(id)), around_(around), random_(seed) {}

void peer::say(const std::string& what) {
  around_.log.note(what, id_);
  around_.log.line([&] { return name_ + ": " + what; });
}

void peer::run(std::function<void()> what) {
  if (dead_) return;
  if (paused_) return backlog_.push_back(std::move(what));
  what();
}

void peer::after(micros wait, std::function<void()> what) {
  around_.clock.at(now() + wait, [this, alive = alive_, what = std::move(what)]() mutable {
    if (*alive) run(std::move(what));
  });
}

void peer::pause(bool on) {
  if (std::exchange(paused_, on) == on) return;
  around_.log.line([&] { return name_ + (on ? " stops" : " goes on"); });
  if (on) return;
  for (auto& what : std::exchange(backlog_, {})) {
    if (!dead_) what();
  }
}

void peer::kill() {
  dead_ = true;
  lines_.clear();
  by_link_.clear();
  backlog_.clear();
}

void peer::send(lane way, node_id node, std::int32_t number, bytes frame, micros patience,
                continuation then) {
  const place where{way, node};
  auto& to = lines_[where];
  if (to.link == core::link_id{}) {
    to.link = core::link_id{++last_link_};
    by_link_[to.link] = where;
    around_.net.open(id_, to.link, node);
  }
  to.waiting.push_back({number, std::move(then)});
  if (to.open) {
    write(to, std::move(frame));
  } else {
    to.unsent.push_back(std::move(frame));
  }
  after(patience, [this, link = to.link, number] {
    const auto found = by_link_.find(link);
    if (found == by_link_.end()) return;
    for (const auto& one : lines_[found->second].waiting) {
      if (one.number != number) continue;
      around_.net.close(id_, link);
      return fail(link);
    }
  });
}

void peer::write(line& to, bytes frame) {
  core::outgoing_frame made;
  made.head = std::move(frame);
  around_.net.write(id_, to.link, std::move(made));
}

void peer::opened(core::link_id link) {
  run([this, link] {
    const auto found = by_link_.find(link);
    if (found == by_link_.end()) return;
    auto& to = lines_[found->second];
    to.open = true;
    for (auto& frame : std::exchange(to.unsent, {})) write(to, std::move(frame));
  });
}

void peer::answer(core::link_id link, bytes content) {
  const auto kept = std::make_shared<const bytes>(std::move(content));
  run([this, link, kept] {
    const auto found = by_link_.find(link);
    if (found == by_link_.end()) return;
    auto& waiting = lines_[found->second].waiting;
    if (waiting.empty() || kept->size() < 4 ||
        protocol::reader::load<std::int32_t>(kept->data()) != waiting.front().number) {
      return broken("a broker answers what was not asked");
    }
    const auto next = std::move(waiting.front());
    waiting.pop_front();
    next.then(kept.get());
  });
}

void peer::fail(core::link_id link) {
  const auto found = by_link_.find(link);
  if (found != by_link_.end()) give_up(found->second);
}

void peer::hang_up(lane way, node_id node) {
  const auto found = lines_.find({way, node});
  if (found == lines_.end()) return;
  around_.net.close(id_, found->second.link);
  give_up({way, node});
}

/// The line is gone before anybody is told, who may ask again at once.
void peer::give_up(const place& where) {
  auto node = lines_.extract(where);
  if (node.empty()) return;
  auto lost = std::move(node.mapped());
  by_link_.erase(lost.link);
  refreshed_ = std::min(refreshed_, now() - 100 * millisecond);
  for (auto& one : lost.waiting) {
    if (!dead_) one.then(nullptr);
  }
}

const peer::topic_facts* peer::facts(const std::string& topic) const {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? nullptr : &found->second;
}

node_id peer::leader(const std::string& topic, std::int32_t partition) {
  if (now() - refreshed_ > second) refresh();
  const auto* known = facts(topic);
  if (known == nullptr) return no_node;
  const auto found = known->leaders.find(partition);
  return found == known->leaders.end() ? no_node : found->second;
}

node_id peer::leader(const uuid& topic, std::int32_t partition) {
  for (const auto& [name, known] : topics_) {
    if (known.id == topic) return leader(name, partition);
  }
  if (now() - refreshed_ > 100 * millisecond) refresh();
  return no_node;
}

void peer::refresh() {
  if (std::exchange(refreshing_, true)) return;
  protocol::metadata_request request;
  request.topics.reset();
  ask(lane::control, anybody(), request, 12, [this](const protocol::metadata_response* told) {
    refreshing_ = false;
    refreshed_ = told == nullptr ? now() - second + 50 * millisecond : now();
    if (told == nullptr) return;
    for (auto& [name, known] : topics_) known.leaders.clear();
    for (const auto& topic : told->topics) {
      if (topic.error_code != 0 || !topic.name) continue;
      auto& known = topics_[*topic.name];
      known.id = topic.topic_id;
      for (const auto& part : topic.partitions) {
        if (raw(part.leader_id) >= 0) known.leaders[raw(part.partition_index)] = part.leader_id;
      }
    }
  });
}

node_id peer::coordinator_of(coordinator kind, const std::string& key) {
  const auto known = coordinators_.find({kind, key});
  if (known != coordinators_.end()) return known->second;
  auto& asked = searching_[{kind, key}];
  if (asked > now()) return no_node;
  asked = now() + 3 * second;
  protocol::find_coordinator_request request;
  request.key_type = static_cast<std::int8_t>(kind);
  request.coordinator_keys = {key};
  ask(lane::control, anybody(), request, 4,
      [this, kind, key](const protocol::find_coordinator_response* told) {
        searching_[{kind, key}] = now() + 20 * millisecond;
        if (told == nullptr || told->coordinators.empty() || told->coordinators[0].error_code != 0) return;
        coordinators_[{kind, key}] = told->coordinators[0].node;
      });
  return no_node;
}

}  // namespace kwire::sim
