#include "peers/transaction_peers.hpp"

#include <algorithm>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <utility>

#include "../options.hpp"

namespace kwire::sim {

transaction_work some_writes(core::random_source& random, const transaction_setting& setting,
                             std::uint32_t writer, std::uint64_t& last) {
  const auto percent = [&](std::uint64_t chance) { return random.below(100) < chance; };
  transaction_work what;
  for (auto count = 1 + random.below(3); count > 0; --count) {
    const auto partition =
        static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(setting.partitions)));
    auto& keys = what.writes[{topic_name, partition}];
    for (auto records = 1 + random.below(4); records > 0; --records) keys.push_back({writer, ++last});
  }
  what.commit = percent(75);
  what.linger = static_cast<micros>(random.below(percent(10) ? 2 * second : 100 * millisecond));
  if (percent(3)) what.linger += setting.timeout_ms * millisecond;
  return what;
}

void writing_peer::ready(bool) {
  if (setting().over) return be_idle();
  auto what = some_writes(random(), setting(), id(), last_);
  after(static_cast<micros>(random().below(300 * millisecond)),
        [this, what = std::move(what)] { setting().over ? be_idle() : carry_out(what); });
}

copying_peer::copying_peer(host_id id, surroundings around, std::uint64_t seed, transaction_setting& setting,
                           std::string transactional_id, std::vector<std::int32_t> partitions)
    : transactional_peer(id, around, seed, setting, std::move(transactional_id)),
      partitions_(std::move(partitions)) {}

std::optional<std::int64_t> copying_peer::copied(std::int32_t partition) const {
  if (std::ranges::find(partitions_, partition) == partitions_.end()) return std::nullopt;
  const auto found = positions_.find(partition);
  return found == positions_.end() ? -1 : found->second;
}

void copying_peer::ready(bool again) {
  if (again) return find_positions();
  next();
}

/// Where an earlier transaction, of whatever instance, has left off: its outcome has to be settled first.
void copying_peer::find_positions() {
  const auto later = [this] { after(30 * millisecond, [this] { find_positions(); }); };
  const auto node = coordinator_of(coordinator::group, copiers_group);
  if (node == no_node) return later();
  protocol::offset_fetch_request request;
  request.require_stable = true;
  auto& group = request.groups.emplace_back();
  group.group_id = copiers_group;
  auto& wanted = group.topics->emplace_back();
  wanted.name = topic_name;
  for (const auto index : partitions_) wanted.partition_indexes.push_back(partition_id{index});
  ask(lane::control, node, request, 8, [this, later](const protocol::offset_fetch_response* told) {
    if (told == nullptr || told->groups.at(0).error_code != 0) {
      forget_coordinator(coordinator::group, copiers_group);
      return later();
    }
    std::map<std::int32_t, std::int64_t> found;
    for (const auto& topic : told->groups[0].topics) {
      for (const auto& part : topic.partitions) {
        if (part.error_code != 0) return later();
        found[raw(part.partition_index)] = std::max<std::int64_t>(part.committed_offset, 0);
      }
    }
    positions_ = std::move(found);
    next();
  });
}

void copying_peer::next() {
  be_idle();
  const auto partition = partitions_[turn_++ % partitions_.size()];
  const auto later = [this] { after(30 * millisecond, [this] { next(); }); };
  const auto node = leader(topic_name, partition);
  if (node == no_node) return later();
  const auto from = positions_[partition];
  ask(lane::data, node, fetch_of(topic_name, partition, from, true, 50), 12,
      [this, partition, from, later](const protocol::fetch_response* told) {
        if (told == nullptr || told->error_code != 0 || told->responses.empty()) return later();
        const auto& answer = told->responses[0].partitions.at(0);
        if (answer.error_code != 0) {
          refresh();
          return later();
        }
        const auto found = read_fetched(answer, from, true);
        if (!found.sound) broken("a copier gets what nobody wrote");
        if (!found.records.empty()) return copy(partition, found);
        positions_[partition] = found.next;
        after(static_cast<micros>(random().below(10 * millisecond)), [this] { next(); });
      });
}

void copying_peer::copy(std::int32_t partition, const read_result& found) {
  work what;
  auto& keys = what.writes[{copies_topic, partition}];
  for (const auto& [offset, value] : found.records) keys.push_back(value.key);
  what.offsets[partition] = found.next;
  what.commit = setting().over || percent(90);
  what.linger = static_cast<micros>(random().below(percent(5) ? second : 20 * millisecond));
  positions_[partition] = found.next;
  carry_out(std::move(what));
}

reading_peer::reading_peer(host_id id, surroundings around, std::uint64_t seed, transaction_setting& setting,
                           std::string topic, bool committed)
    : peer(id, around, seed), setting_(setting), topic_(std::move(topic)), committed_(committed) {}

void reading_peer::start() {
  for (std::int32_t i = 0; i < setting_.partitions; ++i) next(i);
}

std::int64_t reading_peer::position(std::int32_t partition) const {
  const auto found = positions_.find(partition);
  return found == positions_.end() ? 0 : found->second;
}

void reading_peer::next(std::int32_t partition) {
  const auto later = [this, partition] {
    after(static_cast<micros>(random().below(240 * millisecond)), [this, partition] { next(partition); });
  };
  const auto node = leader(topic_, partition);
  if (node == no_node) return later();
  const auto from = positions_[partition];
  ask(lane::data, node, fetch_of(topic_, partition, from, committed_, 20), 12,
      [this, partition, from, later](const protocol::fetch_response* told) {
        if (told == nullptr || told->error_code != 0 || told->responses.empty()) return later();
        const auto& answer = told->responses[0].partitions.at(0);
        if (answer.error_code != 0) {
          refresh();
          return later();
        }
        const auto found = read_fetched(answer, from, committed_);
        if (!found.sound) broken("a reader gets what nobody wrote");
        for (const auto& [offset, what] : found.records) {
          setting_.history.read(id(), committed_, {topic_, partition}, offset, what);
        }
        positions_[partition] = found.next;
        later();
      });
}

}  // namespace kwire::sim
