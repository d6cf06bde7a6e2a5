#pragma once

#include <chrono>
#include <deque>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/writer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/admin/metadata_call.hpp"
#include "core/cluster/metadata_snapshot.hpp"

namespace kwire::test {

using core::time_point;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// What a call told, and when.
template <class T>
class told_outcome {
 public:
  core::told<T> receiver() {
    return [this](result<T> what, time_point) {
      ++times;
      outcome = std::move(what);
    };
  }
  bool told() const { return times == 1; }
  const T& value() const { return outcome->value(); }
  error failure() const { return outcome->error(); }

  int times = 0;
  std::optional<result<T>> outcome;
};

/// An admin core in virtual time: the test plays the brokers.
class admin_script {
 public:
  admin_script() : core(settings, 1) {}

  /// The client has learned of brokers 1 and 2.
  void know_brokers() {
    auto snapshot = std::make_shared<core::metadata_snapshot>();
    for (const auto id : {node_id{1}, node_id{2}}) snapshot->brokers[id] = {id, "b", 9092, {}};
    core.metadata_changed(snapshot, now);
    step();
  }

  void step() {
    core.advance(now);
    for (auto& asked : std::exchange(core.out().requests, {})) requests.push_back(std::move(asked));
    for (auto& group : std::exchange(core.out().lost_coordinators, {})) lost.push_back(std::move(group));
    throttles += std::exchange(core.out().throttled, {}).size();
    refreshes += std::exchange(core.out().refresh_metadata, false) ? 1 : 0;
  }
  void pass(core::duration time) {
    now += time;
    step();
  }
  /// Goes to the next deadline, which must lie ahead.
  bool pass_to_deadline() {
    const auto next = core.next_deadline();
    if (next == core::never || next <= now) return false;
    now = next;
    step();
    return true;
  }

  /// The first request that waits, which must be of that kind.
  std::optional<core::request> take(api key) {
    if (requests.empty() || requests.front().body->info().key != key) return std::nullopt;
    auto found = std::move(requests.front());
    requests.pop_front();
    return found;
  }

  template <class M>
  static M read(const core::request& asked, std::int16_t version) {
    protocol::writer out;
    M message;
    if (!asked.body->encode(version, out)) return message;
    (void)protocol::decode(message, version, out.buffer());
    return message;
  }
  /// Why the request has no form in that version.
  static std::optional<error> refusal(const core::request& asked, std::int16_t version) {
    protocol::writer out;
    auto encoded = asked.body->encode(version, out);
    if (encoded) return std::nullopt;
    return encoded.error();
  }

  template <class M>
  void answer(const core::request& asked, const M& message, std::int16_t version) {
    protocol::writer out;
    (void)protocol::encode(message, version, out);
    auto memory = std::make_shared<bytes>(std::move(out.buffer()));
    core::response back;
    back.version = version;
    back.body = {memory, bytes_view{*memory}};
    back.from = node_id{1};
    core.handle(asked.token, std::move(back), now);
    step();
  }
  void lose(const core::request& asked, error why, bool maybe_sent = false) {
    core::response back;
    back.failure = std::move(why);
    back.maybe_sent = maybe_sent;
    core.handle(asked.token, std::move(back), now);
    step();
  }

  /// Metadata of topic `t` with these leaders, as brokers 1 and 2 tell it.
  static protocol::metadata_response metadata(const std::vector<std::int32_t>& leaders) {
    protocol::metadata_response message;
    for (const int id : {1, 2}) {
      auto& broker = message.brokers.emplace_back();
      broker.id = node_id{id};
      broker.host = "h" + std::to_string(id);
      broker.port = 9092;
    }
    message.controller_id = node_id{2};
    auto& topic = message.topics.emplace_back();
    topic.name = "t";
    for (std::size_t i = 0; i < leaders.size(); ++i) {
      auto& part = topic.partitions.emplace_back();
      part.partition_index = partition_id{static_cast<std::int32_t>(i)};
      part.leader_id = node_id{leaders[i]};
      part.epoch = leader_epoch{5};
    }
    return message;
  }

  core::client_settings settings;
  time_point now{seconds{1000}};
  core::admin_core core;
  std::deque<core::request> requests;
  std::vector<std::string> lost;
  std::size_t throttles = 0;
  int refreshes = 0;
};

}  // namespace kwire::test
