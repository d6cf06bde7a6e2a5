#include <algorithm>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"
#include "core/record_intake.hpp"

namespace kwire::embedded {
namespace {

using asked_partition = protocol::list_offsets_request::partition;
using answer_partition = protocol::list_offsets_response::partition;

// What a timestamp below zero asks for.
constexpr std::int64_t latest = -1;
constexpr std::int64_t earliest = -2;
constexpr std::int64_t greatest_timestamp = -3;
constexpr std::int64_t earliest_local = -4;
constexpr std::int64_t latest_tiered = -5;
constexpr std::int64_t earliest_pending_upload = -6;

struct position {
  std::int64_t offset = -1;
  std::int64_t timestamp = -1;
};

/// The first record of the batch with at least this timestamp.
position first_at(const partition_log::entry& entry, std::int64_t timestamp, std::int64_t from) {
  protocol::record_set set{entry.batch.content};
  const auto batch = set.begin();
  if (batch == set.end()) return {};
  protocol::decompressor unpacker;
  bytes buffer;
  const auto plain = protocol::payload(*batch, unpacker, decompressed_cap, buffer);
  if (!plain) return {};
  auto range = protocol::records(*batch, *plain, from);
  for (const auto& record : range) {
    if (record.timestamp_ms() >= timestamp) return {record.offset(), record.timestamp_ms()};
  }
  return {};
}

position at_timestamp(const partition_log& log, std::int64_t timestamp, std::int64_t end) {
  for (const auto& entry : log.entries()) {
    if (entry.base_offset >= end) break;
    if (entry.max_timestamp < timestamp) continue;
    const auto found = first_at(entry, timestamp, log.start_offset());
    if (found.offset >= 0) return found;
  }
  return {};
}

position at_greatest_timestamp(const partition_log& log, std::int64_t end) {
  const auto& entries = log.entries();
  const auto last = std::ranges::lower_bound(entries, end, {}, &partition_log::entry::base_offset);
  const auto greatest =
      std::ranges::max_element(entries.begin(), last, {}, &partition_log::entry::max_timestamp);
  if (greatest == last || greatest->max_timestamp < 0) return {};
  return first_at(*greatest, greatest->max_timestamp, log.start_offset());
}

position find(const partition& where, std::int64_t timestamp, bool committed) {
  const auto end = where.readable_end(committed);
  const auto& log = where.log;
  switch (timestamp) {
    case latest: return {end, -1};
    case earliest:
    case earliest_local: return {log.start_offset(), -1};
    case greatest_timestamp: return at_greatest_timestamp(log, end);
    case latest_tiered:
    case earliest_pending_upload: return {};  // there is no tiered storage
    default: return at_timestamp(log, timestamp, end);
  }
}

/// Which questions a version may ask.
bool is_known(std::int64_t timestamp, std::int16_t version) {
  if (timestamp >= earliest) return true;
  if (timestamp == greatest_timestamp) return version >= 7;
  if (timestamp == earliest_local) return version >= 8;
  if (timestamp == latest_tiered) return version >= 9;
  return timestamp == earliest_pending_upload && version >= 11;
}

/// Version 0 asks for segments: their base offsets before the timestamp, newest first. The log is one.
void answer_first_version(const partition& where, const asked_partition& asked, answer_partition& told) {
  const auto most = static_cast<std::size_t>(std::max(asked.max_num_offsets, 0));
  auto& offsets = told.old_style_offsets;
  const auto& log = where.log;
  if (asked.timestamp == latest) offsets.push_back(where.high_watermark);
  if (asked.timestamp >= 0) {
    if (const auto found = at_timestamp(log, asked.timestamp, where.high_watermark); found.offset >= 0)
      offsets.push_back(found.offset);
  }
  if (offsets.empty() || offsets.back() != log.start_offset()) offsets.push_back(log.start_offset());
  if (offsets.size() > most) offsets.resize(most);
}

answer_partition answer(broker_core& core, const request& what, const std::string& name,
                        const asked_partition& asked, bool committed) {
  answer_partition told;
  told.partition_index = asked.partition_index;
  auto* of = core.state().find(name);
  auto* where = of == nullptr ? nullptr : of->find(asked.partition_index);
  auto error = refused_topic(core, what, acl_operation::describe, name);
  if (error == broker_errc::none && where == nullptr) error = broker_errc::unknown_topic_or_partition;
  if (error == broker_errc::none) error = check_leader(*where, what.node, asked.current_leader_epoch);
  if (error == broker_errc::none && !is_known(asked.timestamp, what.token.version)) {
    error = broker_errc::unsupported_version;
  }
  told.error_code = code(error);
  if (error != broker_errc::none) return told;
  if (what.token.version == 0) {
    answer_first_version(*where, asked, told);
    return told;
  }
  const auto found = find(*where, asked.timestamp, committed);
  told.offset = found.offset;
  told.timestamp = found.timestamp;
  if (what.token.version >= 4 && found.offset >= 0) {
    told.epoch = found.offset == where->log.end_offset() ? where->epoch : where->epochs.at(found.offset);
  }
  return told;
}

}  // namespace

void serve_list_offsets(broker_core& core, const request& what) {
  protocol::list_offsets_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::list_offsets_response told;
  for (const auto& topic : asked.topics) {
    auto& listed = told.topics.emplace_back();
    listed.name = topic.name;
    for (const auto& partition : topic.partitions) {
      listed.partitions.push_back(answer(core, what, topic.name, partition, asked.isolation_level == 1));
    }
  }
  core.respond(what.token, told);
}

}  // namespace kwire::embedded
