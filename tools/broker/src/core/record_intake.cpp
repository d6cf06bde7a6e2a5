#include "core/record_intake.hpp"

#include <algorithm>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>

#include "core/old_records.hpp"

namespace kwire::embedded {
namespace {

using protocol::batch_view;
using protocol::wire_errc;

append_result reject(broker_errc error, std::string message) { return {error, std::move(message), -1, -1}; }

append_result reject(const protocol::wire_error& why) {
  const auto error = why.code == wire_errc::unknown_codec ? broker_errc::unsupported_compression_type
                                                          : broker_errc::corrupt_message;
  return reject(error, why.message());
}

/// The contents of the batch one by one: needed for compacted topics, and on demand.
append_result check_each(const batch_view& batch, bool needs_keys) {
  protocol::decompressor unpacker;
  bytes buffer;
  const auto plain = protocol::payload(batch, unpacker, decompressed_cap, buffer);
  if (!plain) return reject(broker_errc::corrupt_message, plain.error().message());
  if (auto sound = protocol::validate(batch, *plain); !sound) {
    return reject(broker_errc::invalid_record, sound.error().message());
  }
  if (!needs_keys) return {};
  auto range = protocol::records(batch, *plain);
  for (const auto& record : range) {
    if (!record.key()) {
      return reject(broker_errc::invalid_record, "Compacted topic cannot accept message without key");
    }
  }
  return {};
}

/// What the header alone tells, in the order in which Kafka finds it.
append_result check_header(const batch_view& batch, const topic& to, const intake_rules& rules) {
  constexpr std::int16_t first_with_zstd = 7;
  if (batch.compression == protocol::codec::zstd && rules.version < first_with_zstd) {
    return reject(broker_errc::unsupported_compression_type,
                  "Produce requests with version below 7 cannot use ZStandard compression");
  }
  if (batch.raw.size() > to.config.max_message_bytes()) {
    return reject(broker_errc::message_too_large,
                  "The record batch size is " + std::to_string(batch.raw.size()) + " bytes, the maximum is " +
                      std::to_string(to.config.max_message_bytes()));
  }
  if (batch.base_offset != 0) return reject(broker_errc::invalid_record, "The base offset must be 0");
  if (batch.control()) return reject(broker_errc::invalid_record, "Clients may not write control records");
  if (batch.count <= 0 || batch.last_offset + 1 != batch.count) {
    return reject(broker_errc::invalid_record, "The record count does not match the offsets");
  }
  if (raw(batch.producer_id) >= 0 && batch.base_sequence < 0) {
    return reject(broker_errc::invalid_record, "A producer id needs a sequence number");
  }
  if (batch.transactional() && raw(batch.producer_id) < 0) {
    return reject(broker_errc::invalid_record, "A transaction needs a producer id");
  }
  const auto latest = rules.now_ms + to.config.timestamp_after_max_ms();
  if (!to.config.log_append_time() && to.config.timestamp_after_max_ms() < INT64_MAX - rules.now_ms &&
      batch.max_timestamp > latest) {
    return reject(broker_errc::invalid_timestamp, "A timestamp is too far ahead of the broker's clock");
  }
  return {};
}

append_result append(topic& to, partition& where, std::span<std::byte> writable, const batch_view& batch,
                     std::shared_ptr<const void> owner, const intake_rules& rules) {
  auto header = batch;
  const bool idempotent = raw(batch.producer_id) >= 0;
  if (batch.transactional() && !where.producers.in_transaction(batch.producer_id, batch.producer_epoch)) {
    const auto refused = rules.enlist ? rules.enlist(batch.producer_id, batch.producer_epoch)
                                      : broker_errc::transactional_id_authorization_failed;
    if (refused != broker_errc::none) {
      return reject(refused, "The partition is not part of a transaction of producer " +
                                 std::to_string(raw(batch.producer_id)));
    }
    // Epochs of transactions of version 2 begin anew everywhere. A later batch that gets here while the first
    // is held back must not take its place: the first would be refused then.
    constexpr std::int16_t first_that_adds = 12;
    if (rules.version >= first_that_adds && batch.base_sequence != 0 &&
        !where.producers.all().contains(batch.producer_id)) {
      return reject(broker_errc::out_of_order_sequence_number, "A transaction begins with sequence 0");
    }
  }
  if (idempotent) {
    const auto verdict = where.producers.check(batch, rules.now_ms);
    if (verdict.duplicate) return {broker_errc::none, {}, verdict.base_offset, verdict.timestamp};
    if (verdict.error != broker_errc::none) {
      return reject(verdict.error, "producer " + std::to_string(raw(batch.producer_id)) + ", sequence " +
                                       std::to_string(batch.base_sequence));
    }
  }
  append_result done;
  if (to.config.log_append_time()) {
    protocol::set_log_append_time(writable, rules.now_ms);
    header.max_timestamp = done.append_time = rules.now_ms;
  }
  done.base_offset = where.log.append(writable, header, std::move(owner), where.epoch);
  if (idempotent) where.producers.appended(batch, done.base_offset, done.append_time, rules.now_ms);
  return done;
}

/// Versions 0 to 2 bring message sets; they are stored as one batch in today's format.
append_result take_old(topic& to, partition& where, bytes_view records, const intake_rules& rules) {
  auto modern = up_convert(records, rules.check_crc);
  if (!modern) return reject(modern.error());
  protocol::record_set set{{modern->storage.get(), modern->size}};
  const auto batch = set.begin();
  if (batch == set.end()) return reject(broker_errc::corrupt_message, "no whole message");
  auto checked = check_header(*batch, to, rules);
  if (checked.error == broker_errc::none && to.config.compacted()) checked = check_each(*batch, true);
  if (checked.error != broker_errc::none) return checked;
  return append(to, where, modern->writable(batch->raw), *batch, modern->storage, rules);
}

}  // namespace

append_result take_records(topic& to, partition& where, const frame& from, std::optional<bytes_view> records,
                           const intake_rules& rules) {
  if (is_internal_topic(to.name)) {
    return reject(broker_errc::invalid_topic_exception, "Clients may not write to " + to.name);
  }
  if (!records || records->empty()) return reject(broker_errc::invalid_record, "no records");
  constexpr std::int16_t first_with_batches = 3;
  if (rules.version < first_with_batches) return take_old(to, where, *records, rules);

  protocol::record_set set{*records};
  const auto at = set.begin();
  if (at == set.end()) {
    return set.error() ? reject(set.error_info()) : reject(broker_errc::corrupt_message, "no whole batch");
  }
  const batch_view batch = *at;
  if (batch.magic != 2) return reject(broker_errc::invalid_record, "only batches of magic 2 are accepted");
  if (batch.raw.size() != records->size()) {
    return reject(broker_errc::invalid_record, "a partition's records must be exactly one batch");
  }
  auto checked = check_header(batch, to, rules);
  if (checked.error != broker_errc::none) return checked;
  if (rules.check_crc) {
    if (auto sound = protocol::verify(batch); !sound) return reject(sound.error());
  }
  if (rules.check_records || to.config.compacted()) {
    checked = check_each(batch, to.config.compacted());
    if (checked.error != broker_errc::none) return checked;
  }
  return append(to, where, from.writable(batch.raw), batch, from.storage, rules);
}

append_result discard_records(partition& where, std::optional<bytes_view> records) {
  protocol::record_set set{records.value_or(bytes_view{})};
  const auto at = set.begin();
  if (at == set.end()) {
    return set.error() ? reject(set.error_info()) : reject(broker_errc::corrupt_message, "no whole batch");
  }
  // Room for the next ones is left below the highest offset, whatever the header claims.
  constexpr auto highest = std::int64_t{1} << 62;
  if (at->count <= 0 || where.log.end_offset() > highest) {
    return reject(broker_errc::invalid_record, "The batch counts no records");
  }
  append_result done;
  done.base_offset = where.log.skip(at->count);
  return done;
}

}  // namespace kwire::embedded
