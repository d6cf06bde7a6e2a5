#include "core/producer/producer_rig.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/records/batch_reader.hpp>

namespace kwire::test {

core::response response_of(protocol::message_ref message, std::int16_t at) {
  protocol::writer out;
  REQUIRE(protocol::encode(message, at, out).has_value());
  auto keep = std::make_shared<bytes>(std::move(out.buffer()));
  core::response answer;
  answer.version = at;
  answer.body = core::frame{keep, *keep};
  return answer;
}

core::accumulator& producer_rig::source() {
  if (!source_) {
    source_ = std::make_unique<core::accumulator>(static_cast<std::size_t>(settings.batch_size),
                                                  static_cast<std::size_t>(settings.buffer_memory), [] {});
  }
  return *source_;
}

core::producer_core& producer_rig::core() {
  if (!core_) core_ = std::make_unique<core::producer_core>(client, settings, source(), *this, 7);
  return *core_;
}

void producer_rig::leaders(const std::string& topic, std::initializer_list<int> nodes) {
  leaders(topic, std::vector<int>(nodes));
}

void producer_rig::leaders(const std::string& topic, const std::vector<int>& nodes, broker_errc problem) {
  topics_[topic] = {nodes, problem};
  publish();
}

void producer_rig::publish() {
  auto snapshot = std::make_shared<core::metadata_snapshot>();
  snapshot->revision = ++revision_;
  for (const auto& [name, state] : topics_) {
    auto info = std::make_shared<core::topic_info>();
    info->name = name;
    info->error = state.second;
    if (const auto id = ids.find(name); id != ids.end()) info->id = id->second;
    for (const auto leader : state.first) info->partitions.emplace_back().leader = node_id{leader};
    snapshot->topics[name] = std::move(info);
  }
  core().metadata_changed(snapshot, now);
}

core::partition_slot& producer_rig::slot(const std::string& topic, std::int32_t partition) {
  auto& known = source().topic(topic);
  if (known.partitions.load() == nullptr) core().advance(now);
  const auto* table = known.partitions.load();
  REQUIRE(table != nullptr);
  return *table->slots.at(static_cast<std::size_t>(partition));
}

bool producer_rig::add(const std::string& topic, std::int32_t partition, std::uint64_t value,
                       std::size_t size) {
  auto text = std::to_string(value);
  text.resize(std::max(text.size(), size), ' ');
  core::accumulator::item what;
  what.timestamp_ms = 1'000;
  what.value = as_bytes(text);
  what.opaque = value;
  delivery_callback report{[this](const delivery& d) {
    outcomes[d.opaque()].push_back({d.result(), d.offset(), d ? std::string{} : d.error().message()});
  }};
  std::size_t needed = 0;
  auto& to = slot(topic, partition);
  if (source().append(to, what, report, core::accumulator::placing::fixed, needed) !=
      core::accumulator::appended::ok)
    return false;
  if (to.open && to.open->builder.count() == 1) to.open->opened = now;  // virtual time
  return true;
}

sent_request producer_rig::read(core::request& asked) const {
  sent_request out;
  out.token = asked.token;
  out.node = asked.to.node;
  out.deadline = asked.deadline;
  out.expects_answer = asked.expects_answer;
  protocol::writer encoded;
  REQUIRE(asked.body->encode(version, encoded).has_value());
  protocol::produce_request message;
  REQUIRE(protocol::decode(message, version, encoded.buffer()).has_value());
  for (const auto& topic : message.topic_data) {
    for (const auto& partition : topic.partition_data) {
      protocol::record_set set{*partition.records};
      protocol::decompressor unpack;
      bytes buffer;
      for (const auto& batch : set) {
        REQUIRE(protocol::verify(batch).has_value());
        sent_batch& into = out.batches.emplace_back();
        into.topic = topic.name;
        for (const auto& [name, id] : ids) {
          if (version > 12 && id == topic.topic_id) into.topic = name;
        }
        into.partition = raw(partition.index);
        into.id = batch.producer_id;
        into.epoch = batch.producer_epoch;
        into.sequence = batch.base_sequence;
        auto content = protocol::payload(batch, unpack, 1 << 26, buffer);
        REQUIRE(content.has_value());
        for (const auto record : protocol::records(batch, *content)) {
          into.values.push_back(std::stoull(std::string{as_text(*record.value())}));
        }
      }
      REQUIRE_FALSE(set.error());
    }
  }
  return out;
}

std::vector<sent_request> producer_rig::step() {
  std::vector<sent_request> out;
  for (int round = 0; round < 20; ++round) {
    core().advance(now);
    auto requests = std::exchange(core().out().requests, {});
    if (requests.empty() && core().next_deadline() > now) break;
    for (auto& asked : requests) {
      if (asked.body->info().key == api::init_producer_id) {
        ++identities_asked;
        identity_requests.push_back(std::move(asked));
        if (grant_identities) answer_identity(broker_errc::none, ++last_id, 0);
      } else {
        out.push_back(read(asked));
      }
    }
  }
  return out;
}

sent_request producer_rig::one() {
  auto all = step();
  REQUIRE(all.size() == 1);
  return std::move(all.front());
}

void producer_rig::answer(const sent_request& to, const std::vector<verdict>& verdicts,
                          std::int32_t throttle_ms) {
  REQUIRE(verdicts.size() == to.batches.size());
  protocol::produce_response message;
  message.throttle_time_ms = throttle_ms;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    auto& topic = message.responses.emplace_back();
    topic.name = to.batches[i].topic;
    if (const auto id = ids.find(topic.name); id != ids.end()) topic.topic_id = id->second;
    auto& partition = topic.partition_responses.emplace_back();
    partition.index = partition_id{to.batches[i].partition};
    partition.error_code = static_cast<std::int16_t>(verdicts[i].code);
    partition.base_offset = verdicts[i].code == broker_errc::none ? verdicts[i].base_offset : -1;
  }
  answer(to, message);
}

void producer_rig::answer(const sent_request& to, broker_errc code, std::int64_t base_offset) {
  answer(to, std::vector<verdict>(to.batches.size(), verdict{code, base_offset}));
}

void producer_rig::answer(const sent_request& to, const protocol::produce_response& message) {
  core().handle(to.token, response_of(protocol::ref(message), version), now);
}

void producer_rig::lose(const sent_request& to, bool maybe_sent, error why) {
  core::response failed;
  failed.failure = std::move(why);
  failed.maybe_sent = maybe_sent;
  core().handle(to.token, std::move(failed), now);
}

void producer_rig::handed_over(const sent_request& to) { core().handle(to.token, core::response{}, now); }

void producer_rig::answer_identity(broker_errc code, std::int64_t id, std::int16_t epoch) {
  REQUIRE_FALSE(identity_requests.empty());
  const auto asked = std::move(identity_requests.front());
  identity_requests.erase(identity_requests.begin());
  protocol::init_producer_id_response message;
  message.error_code = static_cast<std::int16_t>(code);
  message.producer = producer_id{id};
  message.epoch = producer_epoch{epoch};
  auto said = response_of(protocol::ref(message), 4);
  said.transaction_version = 2;  // of no meaning but to transactions
  core().handle(asked.token, std::move(said), now);
}

void producer_rig::fail_identity(const error& why) {
  REQUIRE_FALSE(identity_requests.empty());
  const auto asked = std::move(identity_requests.front());
  identity_requests.erase(identity_requests.begin());
  core::response failed;
  failed.failure = why;
  core().handle(asked.token, std::move(failed), now);
}

void producer_rig::finished(core::finished_batch done) {
  ++finished_batches;
  done.report([](const char*) {});
}

std::string producer_rig::fate(std::uint64_t value) const {
  const auto found = outcomes.find(value);
  if (found == outcomes.end()) return "none";
  if (found->second.size() != 1) return "told " + std::to_string(found->second.size()) + " times";
  const auto& only = found->second.front();
  switch (only.result) {
    case outcome::persisted: return "persisted at " + std::to_string(only.offset);
    case outcome::not_persisted: return "not persisted: " + only.why;
    case outcome::possibly_persisted: return "possibly persisted: " + only.why;
  }
  return "?";
}

}  // namespace kwire::test
