#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/json.hpp>

#include "records/batch_encoder.hpp"
#include "wire/json_writer.hpp"

namespace kwire::protocol {
namespace {

/// Reads batch after batch, believing nothing, under one cap for all that is decompressed.
class set_reader {
 public:
  set_reader(bytes_view set, std::size_t cap) : set_(set), left_(cap) {}

  /// Hands every batch, its records and what is known of them to `take`.
  template <class Take>
  wire_result<void> each(Take take) {
    for (batch_view batch : set_) {
      if (auto sound = verify(batch); !sound) return sound.error();
      const auto content = open(batch);
      if (!content) return content.error();
      if (auto known = count(batch, *content); !known) return known.error();
      if (auto done = take(batch, *content); !done) return done.error();
    }
    if (set_.error()) return set_.error_info();
    return {};
  }

 private:
  wire_result<bytes_view> open(const batch_view& batch) {
    // A compressed batch that compaction has emptied has no content to decompress.
    if (batch.magic == 2 && batch.count == 0 && batch.body.empty() && !name(batch.compression).empty()) {
      return batch.body;
    }
    auto content = payload(batch, unpacker_, left_, storage_);
    if (content && batch.compressed()) left_ -= content->size();
    return content;
  }

  /// Goes through the records once, so that what is wrong is known before anything is printed, and a wrapper
  /// gets what only its content tells.
  static wire_result<void> count(batch_view& batch, bytes_view content) {
    auto range = records(batch, content);
    std::int32_t seen = 0;
    std::int64_t first = -1;
    for (record_view record; range.next(record); ++seen) {
      if (seen == 0) first = record.offset();
    }
    if (range.error()) return wire_error{range.error_info().code, batch.at};
    if (batch.count < 0) {
      batch.count = seen;
      batch.base_offset = first;
    }
    return {};
  }

  record_set set_;
  std::size_t left_;
  decompressor unpacker_;
  bytes storage_;
};

std::string_view name(timestamp_type type) {
  switch (type) {
    case timestamp_type::create: return "CreateTime";
    case timestamp_type::log_append: return "LogAppendTime";
    default: return "NoTimestampType";
  }
}

/// Sequence numbers run from 0 to 2^31-1 and around.
std::int64_t sequence_of(const batch_view& batch, std::int64_t offset) {
  if (batch.base_sequence < 0) return -1;
  return (batch.base_sequence + (offset - batch.base_offset)) & 0x7fffffff;
}

class records_printer {
 public:
  explicit records_printer(json_options options) : out_(options.indentation()) { out_.begin_array(); }

  wire_result<void> print(const batch_view& batch, bytes_view content) {
    out_.begin_object();
    number("magic", batch.magic);
    number("baseOffset", batch.base_offset);
    number("lastOffset", batch.last_offset);
    number("partitionLeaderEpoch", raw(batch.leader_epoch));
    number("crc", batch.crc);
    number("sizeInBytes", static_cast<std::int64_t>(batch.raw.size()));
    text("compression", protocol::name(batch.compression));
    text("timestampType", name(batch.timestamp_type()));
    flag("isTransactional", batch.transactional());
    flag("isControl", batch.control());
    maybe("deleteHorizonMs", batch.delete_horizon_ms());
    maybe("baseTimestamp", batch.magic == 2 ? std::optional{batch.base_timestamp} : std::nullopt);
    number("maxTimestamp", batch.max_timestamp);
    number("producerId", raw(batch.producer_id));
    number("producerEpoch", raw(batch.producer_epoch));
    number("baseSequence", batch.base_sequence);
    number("count", batch.count);
    out_.key("records");
    out_.begin_array();
    auto range = records(batch, content);
    for (record_view record; range.next(record);) {
      if (auto done = this->record(batch, record); !done) return done.error();
    }
    out_.end_array();
    out_.end_object();
    return {};
  }

  std::string take() {
    out_.end_array();
    return out_.take();
  }

 private:
  wire_result<void> record(const batch_view& batch, const record_view& record) {
    out_.begin_object();
    number("offset", record.offset());
    number("timestamp", record.timestamp_ms());
    number("sequence", sequence_of(batch, record.offset()));
    octets("key", record.key());
    octets("value", record.value());
    out_.key("headers");
    out_.begin_array();
    for (const auto& header : record.headers()) {
      out_.begin_object();
      text("key", header.key);
      octets("value", header.value);
      out_.end_object();
    }
    out_.end_array();
    if (batch.control()) {
      const auto marker = parse_control(record);
      if (!marker) return wire_error{marker.error().code, batch.at};
      control(*marker);
    }
    out_.end_object();
    return {};
  }

  void control(const control_marker& marker) {
    out_.key("control");
    out_.begin_object();
    text("type", protocol::name(marker.type));
    maybe("coordinatorEpoch",
          marker.ends_transaction() ? std::optional<std::int64_t>{marker.coordinator_epoch} : std::nullopt);
    out_.end_object();
  }

  void number(std::string_view key, std::int64_t value) {
    out_.key(key);
    out_.number(value);
  }
  void text(std::string_view key, std::string_view value) {
    out_.key(key);
    out_.string(value);
  }
  void flag(std::string_view key, bool value) {
    out_.key(key);
    out_.boolean(value);
  }
  void maybe(std::string_view key, std::optional<std::int64_t> value) {
    out_.key(key);
    value ? out_.number(*value) : out_.null();
  }
  void octets(std::string_view key, std::optional<bytes_view> value) {
    out_.key(key);
    value ? out_.base64(*value) : out_.null();
  }

  json_writer out_;
};

}  // namespace

std::string_view name(control_type type) noexcept {
  switch (type) {
    case control_type::abort: return "ABORT";
    case control_type::commit: return "COMMIT";
    case control_type::leader_change: return "LEADER_CHANGE";
    case control_type::snapshot_header: return "SNAPSHOT_HEADER";
    case control_type::snapshot_footer: return "SNAPSHOT_FOOTER";
    case control_type::kraft_version: return "KRAFT_VERSION";
    case control_type::kraft_voters: return "KRAFT_VOTERS";
  }
  return "UNKNOWN";
}

wire_result<std::string> records_to_json(bytes_view set, std::size_t cap, json_options options) {
  records_printer printer{options};
  const auto done = set_reader{set, cap}.each(
      [&](const batch_view& batch, bytes_view content) { return printer.print(batch, content); });
  if (!done) return done.error();
  return printer.take();
}

wire_result<void> rewrite_records(bytes_view set, std::size_t cap, bytes& out) {
  compressor packer;
  return set_reader{set, cap}.each([&](const batch_view& batch, bytes_view content) {
    batch_encoder anew{batch};
    auto range = records(batch, content);
    for (record_view record; range.next(record);) anew.add(record);
    return anew.finish(packer, out);
  });
}

}  // namespace kwire::protocol
