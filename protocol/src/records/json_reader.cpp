#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <kwire/protocol/base64.hpp>
#include <kwire/protocol/records/json.hpp>
#include <limits>

#include "records/batch_encoder.hpp"
#include "wire/json_document.hpp"

namespace kwire::protocol {
namespace {

namespace json = boost::json;

constexpr std::string_view batch_members[] = {
    "magic",           "baseOffset",    "lastOffset",    "partitionLeaderEpoch", "crc",
    "sizeInBytes",     "compression",   "timestampType", "isTransactional",      "isControl",
    "deleteHorizonMs", "baseTimestamp", "maxTimestamp",  "producerId",           "producerEpoch",
    "baseSequence",    "count",         "records"};
constexpr std::string_view record_members[] = {"offset", "timestamp", "sequence", "key",
                                               "value",  "headers",   "control"};
constexpr std::string_view header_members[] = {"key", "value"};

std::string shown(const json::value& value) {
  constexpr std::size_t most = 40;
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  auto text = json::serialize(value);
  if (text.size() > most) text.replace(most, std::string::npos, "...");
  return text;
}

/// The members of one object, each with its path. The first thing that is wrong sticks in `failed`; reading
/// goes on with defaults.
class members {
 public:
  members(const json::value& value, std::string path, std::span<const std::string_view> known,
          std::optional<json_error>& failed)
      : path_(std::move(path)), object_(value.if_object()), failed_(failed) {
    if (object_ == nullptr) {
      refuse("", "expected an object, found " + shown(value));
      return;
    }
    for (const auto& member : *object_) {
      if (std::ranges::find(known, std::string_view{member.key()}) != known.end()) continue;
      std::string names;
      for (const auto name : known) names += (names.empty() ? "" : ", ") + std::string{name};
      refuse(member.key(), "no such member; there are: " + names);
    }
  }

  template <class Int>
  std::optional<Int> number(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    using limits = std::numeric_limits<Int>;
    const bool fits = value->is_int64() && value->get_int64() >= std::int64_t{limits::min()} &&
                      value->get_int64() <= std::int64_t{limits::max()};
    if (!fits) {
      refuse(name, "expected a whole number from " + std::to_string(limits::min()) + " to " +
                       std::to_string(limits::max()) + ", found " + shown(*value));
      return std::nullopt;
    }
    return static_cast<Int>(value->get_int64());
  }
  bool flag(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) refuse(name, "expected true or false, found " + shown(*value));
    return value->is_bool() && value->get_bool();
  }
  std::optional<std::string_view> text(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return std::string_view{value->get_string()};
    refuse(name, "expected a string, found " + shown(*value));
    return std::nullopt;
  }
  std::optional<bytes> octets(std::string_view name) const {
    const auto content = text(name);
    if (!content) return std::nullopt;
    auto read = from_base64(*content);
    if (!read) refuse(name, "expected octets in base64, found " + shown(*find(name)));
    return read;
  }
  /// Nothing when the member is missing.
  std::span<const json::value> array(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return {};
    if (value->is_array()) return {value->get_array().data(), value->get_array().size()};
    refuse(name, "expected an array, found " + shown(*value));
    return {};
  }

  std::string path_of(std::string_view name) const {
    return name.empty() ? path_ : path_ + "." + std::string{name};
  }
  void refuse(std::string_view name, std::string why) const {
    if (!failed_) failed_ = json_error{path_of(name), std::move(why)};
  }
  members inner(const json::value& value, std::string_view name, std::size_t index,
                std::span<const std::string_view> known) const {
    return {value, path_of(name) + "[" + std::to_string(index) + "]", known, failed_};
  }

 private:
  /// Null counts as missing.
  const json::value* find(std::string_view name) const {
    const auto* value = object_ == nullptr ? nullptr : object_->if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  std::string path_;
  const json::object* object_;
  std::optional<json_error>& failed_;
};

/// A record with the octets that its views need.
struct owned_record {
  std::int64_t offset = 0;
  std::int64_t timestamp = -1;
  std::optional<bytes> key{};
  std::optional<bytes> value{};
  bytes headers{};

  record_view view(timestamp_type type, std::int8_t attributes) const {
    return {offset, timestamp, type, attributes, of(key), of(value), headers};
  }

 private:
  static std::optional<bytes_view> of(const std::optional<bytes>& octets) {
    return octets ? std::optional<bytes_view>{*octets} : std::nullopt;
  }
};

void put_headers(const members& record, std::int8_t magic, bytes& into) {
  const auto headers = record.array("headers");
  if (headers.empty()) return;
  if (magic < 2) return record.refuse("headers", "records of magic 0 and 1 have none");
  writer out;
  out.varint(static_cast<std::int64_t>(headers.size()));
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto header = record.inner(headers[i], "headers", i, header_members);
    const auto key = header.text("key");
    if (!key) return header.refuse("key", "a header needs a name");
    const auto value = header.octets("value");
    out.varint(static_cast<std::int64_t>(key->size()));
    out.raw(as_bytes(*key));
    out.varint(value ? static_cast<std::int64_t>(value->size()) : -1);
    if (value) out.raw(*value);
  }
  into = std::move(out.buffer());
}

codec codec_of(const members& batch) {
  const auto named = batch.text("compression").value_or("none");
  const auto type = parse_codec(named);
  if (!type)
    batch.refuse("compression", "expected none, gzip, snappy, lz4 or zstd, found " + std::string{named});
  return type.value_or(codec::none);
}

bool appended(const members& batch) {
  const auto named = batch.text("timestampType").value_or("CreateTime");
  if (named != "CreateTime" && named != "LogAppendTime" && named != "NoTimestampType") {
    batch.refuse("timestampType",
                 "expected CreateTime, LogAppendTime or NoTimestampType, found " + std::string{named});
  }
  return named == "LogAppendTime";
}

/// Header fields that say themselves what they are; attributes among them.
batch_view header_of(const members& batch) {
  batch_view header;
  const auto magic = batch.number<std::int8_t>("magic");
  const bool known = magic && *magic >= 0 && *magic <= 2;
  if (!known) batch.refuse("magic", "expected 0, 1 or 2");
  header.magic = known ? *magic : std::int8_t{2};
  header.compression = codec_of(batch);
  int attributes = static_cast<int>(header.compression);
  if (appended(batch)) attributes |= header.magic == 0 ? 0 : batch_flag::log_append;
  if (batch.flag("isTransactional")) attributes |= batch_flag::transactional;
  if (batch.flag("isControl")) attributes |= batch_flag::control;
  if (batch.number<std::int64_t>("deleteHorizonMs")) attributes |= batch_flag::delete_horizon;
  header.attributes = static_cast<std::int16_t>(attributes);
  header.leader_epoch = leader_epoch{batch.number<std::int32_t>("partitionLeaderEpoch").value_or(-1)};
  header.producer_id = producer_id{batch.number<std::int64_t>("producerId").value_or(-1)};
  header.producer_epoch = producer_epoch{batch.number<std::int16_t>("producerEpoch").value_or(-1)};
  header.base_sequence = batch.number<std::int32_t>("baseSequence").value_or(-1);
  const bool producer = header.producer_id != no_producer_id || header.producer_epoch != no_producer_epoch ||
                        header.base_sequence != -1 ||
                        (attributes & ~(batch_flag::codec_mask | batch_flag::log_append)) != 0;
  if (header.magic < 2 && producer) {
    batch.refuse("magic",
                 "only batches of magic 2 have producers, transactions, control records and horizons");
  }
  return header;
}

std::vector<owned_record> records_of(const members& batch, const batch_view& header) {
  const auto values = batch.array("records");
  std::vector<owned_record> out(values.size());
  auto next = batch.number<std::int64_t>("baseOffset").value_or(0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto record = batch.inner(values[i], "records", i, record_members);
    out[i].offset = record.number<std::int64_t>("offset").value_or(next);
    next = out[i].offset + (out[i].offset == std::numeric_limits<std::int64_t>::max() ? 0 : 1);
    out[i].timestamp = record.number<std::int64_t>("timestamp").value_or(-1);
    out[i].key = record.octets("key");
    out[i].value = record.octets("value");
    put_headers(record, header.magic, out[i].headers);
  }
  return out;
}

/// Header fields that default to what the records say, and whether all agree.
void fit(const members& batch, const std::vector<owned_record>& records, batch_view& header) {
  const bool none = records.empty();
  std::int64_t latest = none ? -1 : records.front().timestamp;
  for (const auto& record : records) latest = std::max(latest, record.timestamp);
  header.base_offset = batch.number<std::int64_t>("baseOffset").value_or(none ? 0 : records.front().offset);
  header.last_offset =
      batch.number<std::int64_t>("lastOffset").value_or(none ? header.base_offset : records.back().offset);
  header.max_timestamp = batch.number<std::int64_t>("maxTimestamp").value_or(latest);
  header.base_timestamp =
      batch.number<std::int64_t>("baseTimestamp").value_or(none ? -1 : records.front().timestamp);
  if (const auto horizon = batch.number<std::int64_t>("deleteHorizonMs")) header.base_timestamp = *horizon;
  if (header.magic < 2) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (records[i].offset < 0) batch.refuse("records[" + std::to_string(i) + "].offset", "below zero");
    }
    const bool one = records.size() == 1;
    if (none || (!header.compressed() && !one)) {
      batch.refuse("records",
                   "an uncompressed message of magic 0 or 1 is one record, a wrapper at least one");
    }
    return;
  }
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  const auto first = header.base_offset;
  const bool bounded = first >= 0 && header.last_offset >= first && header.last_offset - first <= most;
  if (!bounded) batch.refuse("lastOffset", "expected baseOffset or up to 2147483647 more");
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].offset >= first && records[i].offset <= header.last_offset) continue;
    batch.refuse("records[" + std::to_string(i) + "].offset", "not within baseOffset and lastOffset");
  }
}

void append_batch(const members& batch, const std::optional<json_error>& failed, compressor& packer,
                  bytes& out) {
  auto header = header_of(batch);
  const auto records = records_of(batch, header);
  fit(batch, records, header);
  if (failed) return;
  batch_encoder encoder{header};
  const auto inner = static_cast<std::int8_t>(header.attributes & batch_flag::log_append);
  const auto type = header.timestamp_type();
  for (const auto& record : records) {
    encoder.add(record.view(type, header.magic < 2 ? inner : std::int8_t{0}));
  }
  if (!encoder.finish(packer, out)) batch.refuse("compression", "this magic has no such codec");
}

}  // namespace

boost::system::result<void, json_error> records_from_json(std::string_view text, bytes& out) {
  const auto document = parse_json(text);
  if (!document) return document.error();
  const auto* batches = document->if_array();
  if (batches == nullptr) return json_error{"", "expected an array of batches, found " + shown(*document)};
  compressor packer;
  std::optional<json_error> failed;
  for (std::size_t i = 0; i < batches->size() && !failed; ++i) {
    const members batch{(*batches)[i], "[" + std::to_string(i) + "]", batch_members, failed};
    append_batch(batch, failed, packer, out);
  }
  if (failed) return *failed;
  return {};
}

}  // namespace kwire::protocol
