#pragma once

#include <chrono>
#include <deque>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/writer.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/consumer/consumer_core.hpp"

namespace kwire::test {

using core::time_point;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// The application as a list of what it was told.
class recorded_sink final : public core::consumer_sink {
 public:
  void fetched(std::vector<core::fetched_chunk> list) override {
    for (auto& chunk : list) chunks.push_back(std::move(chunk));
  }
  void positioned(const topic_partition& where, core::position_version version,
                  std::int64_t offset) override {
    positions.push_back({where, version, offset});
  }
  void failed(error why) override { failures.push_back(std::move(why)); }
  void rebalance(core::rebalance_notice notice) override { notices.push_back(std::move(notice)); }
  void session_ends(time_point until) override { session_until = until; }
  void wants_poll() override { poll_wished = true; }
  std::size_t used_bytes(std::size_t below) override {
    resume_below = below;
    return used;
  }
  core::poll_activity activity() const override { return polls; }
  std::uint64_t records_delivered() const override { return 0; }
  std::vector<core::commit_entry> superseded() override { return committable; }

  std::vector<core::fetched_chunk> chunks;
  std::vector<core::partition_start> positions;
  std::vector<error> failures;
  std::deque<core::rebalance_notice> notices;
  std::vector<core::commit_entry> committable;
  time_point session_until = core::never;
  bool poll_wished = false;
  std::size_t used = 0;
  std::size_t resume_below = 0;
  core::poll_activity polls{true, {}};
};

/// A consumer core in virtual time: the test takes each request and decides what comes back.
class consumer_script {
 public:
  explicit consumer_script(const core::consumer_settings& given = {})
      : settings(given), core(client, settings, sink, 7, 1) {}

  /// One broker (1) that leads every partition of topic `t`, which has `partitions`.
  void metadata(std::int32_t partitions, node_id leader = node_id{1}, bool with_id = true) {
    auto snapshot = std::make_shared<core::metadata_snapshot>();
    snapshot->revision = ++revision_;
    for (const auto id : {node_id{1}, node_id{2}}) snapshot->brokers[id] = {id, "b", 9092, {}};
    auto topic = std::make_shared<core::topic_info>();
    topic->name = "t";
    if (with_id) topic->id.octets[0] = 1;
    topic->partitions.resize(static_cast<std::size_t>(partitions));
    for (auto& p : topic->partitions) p.leader = leader;
    if (with_id) snapshot->names[topic->id] = "t";
    topic_id = topic->id;
    snapshot->topics["t"] = topic;
    core.metadata_changed(snapshot, now);
    step();
  }

  /// Lets the core act at the current time; what it sends is queued here.
  void step() {
    core.advance(now);
    auto& box = core.out();
    for (auto& asked : std::exchange(box.requests, {})) requests.push_back(std::move(asked));
    for (auto& e : std::exchange(box.events, {})) events.push_back(std::move(e));
    for (auto& group : std::exchange(box.lost_coordinators, {}))
      lost_coordinators.push_back(std::move(group));
    refreshes += std::exchange(box.refresh_metadata, false);
    if (!box.leaders.empty()) leaders = std::exchange(box.leaders, {});
    if (box.interest) interest = std::exchange(box.interest, std::nullopt);
  }

  void pass(core::duration time) {
    now += time;
    step();
  }
  /// Goes to the core's next deadline, which must lie ahead.
  bool pass_to_deadline() {
    const auto next = core.next_deadline();
    if (next == core::never || next <= now) return false;
    now = next;
    step();
    return true;
  }

  /// The first queued request of that kind, or null.
  std::optional<core::request> take(api key) {
    for (auto it = requests.begin(); it != requests.end(); ++it) {
      if (it->body->info().key != key) continue;
      auto found = std::move(*it);
      requests.erase(it);
      return found;
    }
    return std::nullopt;
  }
  bool nothing(api key) const {
    for (const auto& asked : requests) {
      if (asked.body->info().key == key) return false;
    }
    return true;
  }

  /// What the broker reads of a request at that version.
  template <class M>
  static M read(const core::request& asked, std::int16_t version) {
    protocol::writer out;
    M message;
    if (!asked.body->encode(version, out)) return message;
    (void)protocol::decode(message, version, out.buffer());
    return message;
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
    back.sent = now;
    core.handle(asked.token, std::move(back), now);
    step();
  }
  void fail(const core::request& asked, errc code, bool maybe_sent = true) {
    core::response back;
    back.failure = error{code};
    back.maybe_sent = maybe_sent;
    core.handle(asked.token, std::move(back), now);
    step();
  }

  core::client_settings client;
  core::consumer_settings settings;
  recorded_sink sink;
  core::consumer_core core;
  time_point now{std::chrono::hours{1}};
  std::deque<core::request> requests;
  std::vector<event> events;
  std::vector<std::string> lost_coordinators;
  std::optional<core::topic_interest> interest;
  core::leader_news leaders;
  int refreshes = 0;
  uuid topic_id;

 private:
  std::uint64_t revision_ = 0;
};

inline topic_partition tp(std::int32_t number) { return {"t", partition_id{number}}; }

/// A sealed batch with `count` records from `base` on.
bytes make_batch(std::int64_t base, std::int32_t count);

}  // namespace kwire::test
