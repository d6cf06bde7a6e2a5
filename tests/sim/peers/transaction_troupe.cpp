#include "peers/transaction_troupe.hpp"

#include <algorithm>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>

namespace kwire::sim {

transaction_troupe::transaction_troupe(stage on)
    : troupe(std::move(on)), history_(on_.truth), setting_{history_, on_.truth, on_.wrong} {
  setting_.partitions = on_.plan.partitions;
  setting_.second_version = random().below(2) == 0;
  setting_.timeout_ms = 2500 + static_cast<std::int32_t>(random().below(2500));
}

template <class Peer, class... More>
std::unique_ptr<Peer> transaction_troupe::cast(More... more) {
  const auto id = on_.next_id();
  auto made = std::make_unique<Peer>(id, around(), random().next(), setting_, std::move(more)...);
  on_.enroll(id, *made);
  return made;
}

transaction_troupe::instance transaction_troupe::make_writer(const std::string& transactional_id) {
  return cast<writing_peer>(transactional_id);
}

transaction_troupe::instance transaction_troupe::make_copier(const std::string& transactional_id) {
  std::vector<std::int32_t> share;
  const auto copiers = std::min(2, on_.plan.partitions);
  for (auto i = transactional_id.back() - '0'; i < on_.plan.partitions; i += copiers) share.push_back(i);
  return cast<copying_peer>(transactional_id, std::move(share));
}

void transaction_troupe::start() {
  on_.broker.create_topic(copies_topic, on_.plan.partitions, on_.broker.default_config());
  for (std::size_t i = 0; i < on_.plan.producers; ++i) another("writer" + std::to_string(i));
  const auto copiers = std::min<std::size_t>(2, static_cast<std::size_t>(on_.plan.partitions));
  for (std::size_t i = 0; i < copiers; ++i) another("copier" + std::to_string(i));
  for (const auto& [topic, committed] :
       {std::pair{topic_name, true}, {topic_name, false}, {copies_topic, true}}) {
    auto& made = *readers_.emplace_back(cast<reading_peer>(std::string{topic}, committed));
    after(static_cast<micros>(random().below(300 * millisecond)), [&made] { made.start(); });
  }
}

void transaction_troupe::another(const std::string& transactional_id) {
  const bool writes = transactional_id.starts_with("writer");
  auto made = writes ? make_writer(transactional_id) : make_copier(transactional_id);
  auto& kept = *(writes ? writers_ : copiers_).emplace_back(std::move(made));
  setting_.newest[transactional_id] = kept.number();
  after(static_cast<micros>(random().below(300 * millisecond)), [&kept] {
    if (!kept.process().dead()) kept.begin();
  });
}

std::vector<transactional_instance*> transaction_troupe::instances(bool newest_only) {
  std::vector<transactional_instance*> all;
  for (const auto* some : {&writers_, &copiers_}) {
    for (const auto& one : *some) {
      if (!one->process().dead() && (is_newest(*one) || !newest_only)) all.push_back(one.get());
    }
  }
  return all;
}

/// A second instance takes over from one that is not told.
void transaction_troupe::flap() {
  const auto all = instances(true);
  if (setting_.over || writers_.size() + copiers_.size() > 12) return;
  another(all[random().below(all.size())]->name());
}

void transaction_troupe::kill(std::uint32_t who) {
  const auto all = instances(true);
  if (writers_.size() + copiers_.size() > 12) return;
  auto& chosen = *all[who % all.size()];
  on_.log.line([&] { return "peer" + std::to_string(chosen.number()) + " is killed"; });
  troupe::kill(chosen.process(), chosen.number());
  another(chosen.name());
}

const embedded::transaction* transaction_troupe::transaction_of(producer_id id) const {
  for (const auto& [name, one] : on_.broker.transactions().all()) {
    if (one.producer().id == id) return &one;
  }
  return nullptr;
}

/// Who appends is in a transaction that the coordinator knows, under the epoch that it has given out last.
/// While a transaction ends, its producer may not have heard of that in every partition.
void transaction_troupe::check_appended(const std::string& topic, std::int32_t index,
                                        const protocol::batch_view& batch) {
  if (batch.control()) return;
  const auto* of = batch.transactional() ? transaction_of(batch.producer_id) : nullptr;
  const auto where = topic + "/" + std::to_string(index) + "@" + std::to_string(batch.base_offset);
  if (of == nullptr) return on_.truth.broken('X', "a record without a transaction is at " + where);
  if (of->ends()) return;
  const bool current = of->producer().epoch == batch.producer_epoch;
  if (current && of->current() == embedded::transaction::state::ongoing &&
      of->partitions.contains({topic, partition_id{index}})) {
    return;
  }
  on_.truth.broken('X', "producer " + std::to_string(raw(batch.producer_id)) + " wrote " + where +
                            " under epoch " + std::to_string(raw(batch.producer_epoch)) +
                            ", outside of a transaction of epoch " +
                            std::to_string(raw(of->producer().epoch)));
}

void transaction_troupe::watch(const std::string& name, embedded::topic& of) {
  for (std::int32_t i = 0; i < on_.plan.partitions; ++i) {
    const auto& part = of.partitions[static_cast<std::size_t>(i)];
    auto& before = watched_[{name, i}];
    const auto stable = part.readable_end(true);
    if (stable < before.stable) {
      on_.truth.broken('X', "the last stable offset of " + name + "/" + std::to_string(i) +
                                " goes back from " + std::to_string(before.stable) + " to " +
                                std::to_string(stable));
    }
    before.stable = stable;
    const auto end = part.log.end_offset();
    before.seen = std::min(before.seen, end);
    if (before.seen == end) continue;
    for (auto at = part.log.find(before.seen); at != part.log.entries().end(); ++at) {
      protocol::record_set set{at->batch.content};
      for (const auto& batch : set) check_appended(name, i, batch);
    }
    before.seen = end;
  }
}

void transaction_troupe::moved() {
  for (const auto* name : {topic_name, copies_topic}) {
    if (auto* of = on_.broker.state().find(name)) watch(name, *of);
  }
  const auto* group = on_.broker.groups().find(copiers_group);
  if (group == nullptr) return;
  for (const auto& [where, kept] : group->offsets) {
    auto& before = offsets_[raw(where.second)];
    if (before == kept.offset) continue;
    before = kept.offset;
    history_.applied(raw(where.second), kept.offset);
  }
}

std::string transaction_troupe::unsettled() {
  for (auto* one : instances(true)) {
    if (!one->at_rest()) return one->name() + " is in a transaction";
  }
  for (const auto& [name, one] : on_.broker.transactions().all()) {
    if (one.ends() || one.current() == embedded::transaction::state::ongoing) {
      return "the transaction of " + name + " is open";
    }
  }
  for (const auto& one : readers_) {
    const auto* of = on_.broker.state().find(one->topic());
    for (std::int32_t i = 0; i < on_.plan.partitions; ++i) {
      const auto end = of->partitions[static_cast<std::size_t>(i)].log.end_offset();
      if (one->position(i) < end)
        return "a reader of " + one->topic() + " is at " + std::to_string(one->position(i)) + " of " +
               std::to_string(end);
    }
  }
  const auto* source = on_.broker.state().find(topic_name);
  for (std::int32_t i = 0; i < on_.plan.partitions; ++i) {
    const auto end = source->partitions[static_cast<std::size_t>(i)].log.end_offset();
    const auto all = instances(!group_assigns_);
    const bool copied =
        std::ranges::any_of(all, [&](const auto* one) { return one->copied(i).value_or(-1) >= end; });
    if (!copied) return "partition " + std::to_string(i) + " is not copied";
  }
  return {};
}

std::int64_t transaction_troupe::progress() const {
  auto sum = static_cast<std::int64_t>(history_.transactions());
  for (const auto& one : readers_) {
    for (std::int32_t i = 0; i < on_.plan.partitions; ++i) sum += one->position(i);
  }
  for (const auto& one : copiers_) {
    for (std::int32_t i = 0; i < on_.plan.partitions; ++i) sum += one->copied(i).value_or(0);
  }
  return sum;
}

std::vector<transaction_judge::line> transaction_troupe::read_log(const embedded::partition& from) {
  std::vector<transaction_judge::line> lines;
  std::map<producer_id, std::vector<std::size_t>> open;
  protocol::decompressor unpacker;
  bytes buffer;
  for (const auto& entry : from.log.entries()) {
    protocol::record_set set{entry.batch.content};
    for (const auto& batch : set) {
      const auto body = protocol::payload(batch, unpacker, 1 << 24, buffer);
      if (!body) continue;
      auto range = protocol::records(batch, *body);
      for (const auto& record : range) {
        if (batch.control()) {
          const auto marker = protocol::parse_control(record);
          if (!marker) continue;
          for (const auto at : std::exchange(open[batch.producer_id], {})) {
            lines[at].committed = marker->type == protocol::control_type::commit;
          }
          continue;
        }
        const auto what = read_transactional(record.value());
        if (!what) on_.truth.broken('A', "a record in the log is not what was produced");
        open[batch.producer_id].push_back(lines.size());
        lines.push_back({record.offset(), what.value_or(transactional_value{}), std::nullopt});
      }
    }
  }
  return lines;
}

void transaction_troupe::check() {
  for (const auto* name : {topic_name, copies_topic}) {
    const auto* of = on_.broker.state().find(name);
    for (std::int32_t i = 0; i < on_.plan.partitions; ++i) {
      history_.check_log({name, i}, read_log(of->partitions[static_cast<std::size_t>(i)]));
    }
  }
  history_.check_end(topic_name, copies_topic);
}

}  // namespace kwire::sim
