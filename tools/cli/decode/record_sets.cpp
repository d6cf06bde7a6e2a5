#include "decode/record_sets.hpp"

#include <fmt/format.h>

#include <kwire/protocol/base64.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "text.hpp"

namespace kwire::cli {
namespace {

using protocol::batch_view;
using protocol::kind;

constexpr std::size_t most_unpacked = 64 << 20;

std::string_view name_of(timestamp_type type) {
  return type == timestamp_type::create       ? "CreateTime"
         : type == timestamp_type::log_append ? "LogAppendTime"
                                              : "NoTimestampType";
}

std::string codec_of(const batch_view& batch) {
  const auto known = protocol::name(batch.compression);
  return known.empty() ? fmt::format("codec {}", raw(batch.compression)) : std::string{known};
}

std::string headline(const batch_view& batch) {
  std::string text =
      fmt::format("batch: offsets {}..{}, magic {}, {}, {}", batch.base_offset, batch.last_offset,
                  batch.magic, codec_of(batch), name_of(batch.timestamp_type()));
  if (batch.count >= 0) text += fmt::format(", {} record{}", batch.count, batch.count == 1 ? "" : "s");
  if (batch.producer_id != no_producer_id) {
    text += fmt::format(", producer {} epoch {} sequence {}", raw(batch.producer_id),
                        raw(batch.producer_epoch), batch.base_sequence);
  }
  if (batch.transactional()) text += ", transactional";
  if (batch.control()) text += ", control";
  if (batch.delete_horizon_ms()) text += ", delete horizon " + show_time(*batch.delete_horizon_ms());
  return text + fmt::format(", {} octets", batch.raw.size());
}

std::string show(std::optional<bytes_view> octets, std::size_t most) {
  return octets ? show_octets(*octets, most) : "null";
}

std::string marker_of(const record_view& record) {
  using enum protocol::control_type;
  const auto marker = protocol::parse_control(record);
  if (!marker) return {};
  switch (marker->type) {
    case abort: return fmt::format("  ABORT by coordinator epoch {}", marker->coordinator_epoch);
    case commit: return fmt::format("  COMMIT by coordinator epoch {}", marker->coordinator_epoch);
    case leader_change: return "  LEADER_CHANGE";
    case snapshot_header: return "  SNAPSHOT_HEADER";
    case snapshot_footer: return "  SNAPSHOT_FOOTER";
    case kraft_version: return "  KRAFT_VERSION";
    case kraft_voters: return "  KRAFT_VOTERS";
  }
  return {};
}

std::string line_of(const record_view& record, bool control, std::size_t most) {
  std::string text = fmt::format("offset {}", record.offset());
  if (record.timestamp_ms() >= 0) text += "  " + show_time(record.timestamp_ms());
  text += "  key " + show(record.key(), most) + "  value " + show(record.value(), most);
  std::string headers;
  for (const auto header : record.headers()) {
    headers += headers.empty() ? "  headers " : ", ";
    append_json(headers, header.key);
    headers += "=" + show(header.value, most);
  }
  return text + headers + (control ? marker_of(record) : "");
}

void append_octets(std::string& json, std::optional<bytes_view> octets, std::size_t most) {
  if (!octets) return void(json += "null");
  json += '"';
  append_base64(json, octets->first(std::min(octets->size(), most)));
  json += '"';
}

std::int64_t size_of(std::optional<bytes_view> octets) {
  return octets ? static_cast<std::int64_t>(octets->size()) : -1;
}

void append_record(std::string& json, const record_view& record, std::size_t most) {
  json += fmt::format(R"({{"offset":{},"timestamp":{},"key":)", record.offset(), record.timestamp_ms());
  append_octets(json, record.key(), most);
  json += fmt::format(R"(,"keySize":{},"value":)", size_of(record.key()));
  append_octets(json, record.value(), most);
  json += fmt::format(R"(,"valueSize":{},"headers":[)", size_of(record.value()));
  for (const auto header : record.headers()) {
    if (json.back() == '}') json += ',';
    json += R"({"key":)";
    append_json(json, header.key);
    json += R"(,"value":)";
    append_octets(json, header.value, most);
    json += '}';
  }
  json += "]}";
}

void append_head(std::string& json, const batch_view& batch) {
  json += fmt::format(
      R"({{"magic":{},"baseOffset":{},"lastOffset":{},"partitionLeaderEpoch":{},"crc":{},"sizeInBytes":{},)"
      R"("compression":"{}","timestampType":"{}","isTransactional":{},"isControl":{},"producerId":{},)"
      R"("producerEpoch":{},"baseSequence":{},"count":{})",
      batch.magic, batch.base_offset, batch.last_offset, raw(batch.leader_epoch), batch.crc, batch.raw.size(),
      codec_of(batch), name_of(batch.timestamp_type()), batch.transactional(), batch.control(),
      raw(batch.producer_id), raw(batch.producer_epoch), batch.base_sequence, batch.count);
}

void append_error(std::string& json, const protocol::wire_error& why) {
  json += R"("error":)";
  append_json(json, why.message());
}

/// Finds the fields that are record sets.
class finder final : public protocol::visitor {
 public:
  explicit finder(std::int16_t version) : version_(version) {}
  std::vector<std::optional<bytes_view>> found;

  void into(protocol::value_ref value) {
    switch (value.type->shape) {
      case kind::structure: return value.type->describe(value.at, *this);
      case kind::records: return void(found.emplace_back(*static_cast<bytes_view*>(value.at)));
      case kind::array:
        if (value.type->inner->shape != kind::structure) return;
        for (std::size_t i = 0; i < value.type->count(value.at); ++i) into(value.element(i));
        return;
      case kind::optional:
        if (auto* target = value.type->target(value.at)) return into({target, value.type->inner});
        if (value.type->inner->shape == kind::records) found.emplace_back(std::nullopt);
        return;
      default: return;
    }
  }

 private:
  void visit(std::string_view, protocol::value_ref field, const protocol::traits& how) override {
    if (how.exists(version_)) into(field);
  }
  std::int16_t version_;
};

}  // namespace

bool record_sets_printer::print(bytes_view set, std::size_t at, unsigned depth, lines& out) {
  bool sound = true;
  const auto fault = [&](std::size_t where, unsigned level, const protocol::wire_error& why) {
    out.at(where, level, "error: " + why.message());
    sound = false;
  };
  protocol::record_set batches{set};
  for (const batch_view& batch : batches) {
    out.at(at + batch.at, depth, headline(batch));
    if (const auto checked = protocol::verify(batch); !checked)
      fault(at + batch.at, depth + 1, checked.error());
    const auto content = protocol::payload(batch, unpacker_, most_unpacked, storage_);
    if (!content) {
      fault(at + batch.at, depth + 1, content.error());
      continue;
    }
    auto range = protocol::records(batch, *content);
    for (const auto record : range) out.plain(depth + 1, line_of(record, batch.control(), view_.max_bytes));
    if (range.error()) fault(at + batch.at, depth + 1, range.error_info());
  }
  if (batches.error()) fault(at + batches.error_info().offset, depth, batches.error_info());
  if (batches.cut_off() > 0) {
    out.at(at + set.size() - batches.cut_off(), depth,
           fmt::format("{} octets of a batch that is cut off", batches.cut_off()));
  }
  return sound;
}

bool record_sets_printer::append(std::string& json, bytes_view set) {
  bool sound = true;
  const auto comma = [&] {
    if (json.back() != '[') json += ',';
  };
  const auto fault = [&](const protocol::wire_error& why) {
    append_error(json, why);
    sound = false;
  };
  json += '[';
  protocol::record_set batches{set};
  for (const batch_view& batch : batches) {
    comma();
    append_head(json, batch);
    json += R"(,"records":[)";
    const auto content = protocol::payload(batch, unpacker_, most_unpacked, storage_);
    auto range = content ? protocol::records(batch, *content) : protocol::record_range{};
    for (const auto record : range) {
      comma();
      append_record(json, record, view_.max_bytes);
    }
    json += ']';
    const auto checked = protocol::verify(batch);
    if (!checked || !content || range.error()) {
      json += ',';
      fault(!checked ? checked.error() : !content ? content.error() : range.error_info());
    }
    json += '}';
  }
  if (batches.error()) {
    comma();
    json += '{';
    fault(batches.error_info());
    json += '}';
  }
  json += ']';
  return sound;
}

std::vector<std::optional<bytes_view>> record_sets_of(protocol::message_ref message, std::int16_t version) {
  finder visitor{version};
  visitor.into(message.value);
  return std::move(visitor.found);
}

}  // namespace kwire::cli
