#include <cstring>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <utility>

#include "world.hpp"

// The brokers' end of the network.

namespace kwire::sim {
namespace {

/// Where the second copy of a request goes: its answer finds nobody.
constexpr std::uint64_t shadow = std::uint64_t{1} << 62;

bytes assemble(const embedded::encoded_frame& from) {
  bytes out;
  std::size_t done = 0;
  const auto head = [&](std::size_t to) {
    out.insert(out.end(), from.head.begin() + static_cast<std::ptrdiff_t>(done),
               from.head.begin() + static_cast<std::ptrdiff_t>(to));
    done = to;
  };
  for (const auto& piece : from.pieces) {
    head(piece.at);
    out.insert(out.end(), piece.slice.content.begin(), piece.slice.content.end());
  }
  head(from.head.size());
  return out;
}

}  // namespace

embedded::instant world::broker_time() const {
  return embedded::instant{std::chrono::seconds{1'700'000'000}} + std::chrono::microseconds{clock_.now()} +
         jumped_;
}

void world::connected(wire_id wire, host_id host, node_id node) {
  wires_[wire] = host;
  broker_.connected(embedded::connection_id{wire}, "host" + std::to_string(host), node);
  if (wrong_ == mutant::append_twice) broker_.connected(embedded::connection_id{wire | shadow}, "", node);
  broker_moved();
}

void world::disconnected(wire_id wire) {
  broker_.disconnected(embedded::connection_id{wire});
  if (troupe_) troupe_->disconnected(wires_[wire], wire);
  wires_.erase(wire);
  asked_.erase(asked_.lower_bound({wire, INT32_MIN}), asked_.upper_bound({wire, INT32_MAX}));
}

void world::request(wire_id wire, host_id host, bytes content, bool orphan) {
  const auto head = head_of(content);
  ++requests_[{host, head.key}];
  log_.line([&] {
    return "client " + std::to_string(host) + " asks " + std::string{to_string(head.key)} + " " +
           std::to_string(head.version) + " (" + std::to_string(head.correlation) + ")" +
           (orphan ? ", and has closed" : "");
  });
  if (auto lie = tamper_.lie(head, content)) return net_.send(wire, std::move(*lie));
  if (troupe_ && !troupe_->request(host, wire, head, content)) return net_.hang_up(wire);
  const auto again = tamper_.request(head, content);
  if (head.key == api::offset_commit) note_commit(host, content, orphan);
  asked_[{wire, head.correlation}] = {head, host};
  if (again) serve(wire | shadow, *again);
  serve(wire, content);
  if (troupe_) troupe_->served(host, head, content);
  broker_moved();
}

void world::serve(wire_id wire, const bytes& content) {
  embedded::frame given{std::make_shared_for_overwrite<std::byte[]>(content.size()), content.size()};
  std::memcpy(given.storage.get(), content.data(), content.size());
  broker_.handle(embedded::connection_id{wire}, std::move(given), broker_time());
}

void world::broker_moved() {
  for (auto& reply : broker_.take_replies()) {
    const auto wire = static_cast<wire_id>(reply.connection);
    if (reply.close) {
      if (troupe_ && wires_.contains(wire)) troupe_->disconnected(wires_[wire], wire);
      net_.hang_up(wire);
      continue;
    }
    auto content = assemble(reply.content);
    alter_answer(wire, content);
    net_.send(wire, std::move(content));
  }
  watch_offsets();
  watch_ends();
  if (troupe_) troupe_->moved();
  arm_brokers();
}

void world::arm_brokers() {
  const auto next = broker_.next_deadline();
  if (!next) return;
  const auto when = std::max(clock_.now() + (*next - broker_time()).count(), clock_.now());
  if (brokers_armed_ >= clock_.now() && when >= brokers_armed_) return;
  brokers_armed_ = when;
  clock_.at(when, [this, when] {
    if (brokers_armed_ != when) return;
    brokers_armed_ = -1;
    broker_.advance(broker_time());
    broker_moved();
  });
}

void world::alter_answer(wire_id wire, bytes& content) {
  if (content.size() < 8) return;
  const auto found = asked_.find({wire, protocol::reader::load<std::int32_t>(content.data() + 4)});
  if (found == asked_.end()) return;
  const auto [head, host] = found->second;
  asked_.erase(found);
  if (wrong_ != mutant::none) tamper_.answer(head, content);
  if (troupe_) troupe_->answer(host, wire, head, content);
  if (clock_.now() >= throttled_until_) return;
  const auto slow_down = [this](auto& message) {
    message.throttle_time_ms = static_cast<std::int32_t>((throttled_until_ - clock_.now()) / millisecond);
  };
  if (head.key == api::produce) rewrite_answer<protocol::produce_response>(content, head.version, slow_down);
  if (head.key == api::fetch) rewrite_answer<protocol::fetch_response>(content, head.version, slow_down);
}

void world::note_commit(host_id host, const bytes& content, bool orphan) {
  auto copy = content;
  rewrite_request<protocol::offset_commit_request>(copy, [&](const auto& message, auto&) {
    for (const auto& of : message.topics) {
      for (const auto& part : of.partitions) {
        const auto index = raw(part.partition_index);
        log_.line([&] {
          return "  commits " + std::to_string(index) + "@" + std::to_string(part.committed_offset);
        });
        judge_.commit_sent(host, index, part.committed_offset);
        if (orphan && (!troupe_ || troupe_->may_be_late()))
          late_commits_.insert({index, part.committed_offset});
      }
    }
  });
}

/// Commits are looked at where they take effect.
void world::watch_offsets() {
  const auto* group = broker_.groups().find(plan_.consumer.group_id);
  if (group == nullptr) return;
  for (const auto& [where, kept] : group->offsets) {
    const auto index = raw(where.second);
    auto& before = offsets_[index];
    if (before == kept.offset) continue;
    judge_.committed(index, before, kept.offset, late_commits_.contains({index, kept.offset}));
    before = kept.offset;
  }
}

/// What a leader had alone is lost with it: acks=1 promises no more.
void world::watch_ends() {
  if (plan_.weak_acks != 1) return;
  for (std::int32_t i = 0; i < plan_.partitions; ++i) {
    const auto end = topic().partitions[static_cast<std::size_t>(i)].log.end_offset();
    auto& before = ends_[i];
    if (end < before) judge_.cut_off(i, end);
    before = end;
  }
}

std::map<std::int64_t, record_key> world::read_log(embedded::partition& from) {
  std::map<std::int64_t, record_key> found;
  protocol::decompressor unpacker;
  for (const auto& entry : from.log.entries()) {
    protocol::record_set set{entry.batch.content};
    for (const auto& batch : set) {
      bytes buffer;
      const auto records = protocol::payload(batch, unpacker, 1 << 24, buffer);
      if (!records) {
        judge_.broken('A', "a batch in the log cannot be read");
        continue;
      }
      auto range = protocol::records(batch, *records);
      for (const auto& record : range) {
        const auto key = read_value(record.value());
        if (key) found[record.offset()] = *key;
        if (!key) judge_.broken('A', "a record in the log is not what was produced");
      }
    }
  }
  return found;
}

}  // namespace kwire::sim
