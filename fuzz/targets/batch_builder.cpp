// Whatever is appended to a batch can be read back, at any codec, and after the batch was stamped again.
#include <kwire/protocol/records/batch_builder.hpp>
#include <vector>

#include "support/check.hpp"
#include "support/records.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

struct made_record {
  std::int64_t timestamp;
  std::optional<bytes_view> key;
  std::optional<bytes_view> value;
  std::vector<header_view> headers;
};

made_record draw(fuzz::input& in) {
  made_record made;
  const auto how = in.number<std::uint8_t>();
  made.timestamp = (how & 1) != 0 ? in.number<std::int64_t>() : in.number<std::uint8_t>();
  if ((how & 2) != 0) made.key = in.take(in.number<std::uint8_t>());
  if ((how & 4) != 0) made.value = in.piece();
  for (int i = 0; i < (how >> 5); ++i) {
    auto& header = made.headers.emplace_back();
    header.key = in.text();
    if (in.flag()) header.value = in.take(in.number<std::uint8_t>());
  }
  return made;
}

bool same(const std::optional<bytes_view>& a, const std::optional<bytes_view>& b) {
  return a.has_value() == b.has_value() && (!a || same_bytes(*a, *b));
}

void expect_same(const made_record& made, const record_view& read) {
  fuzz::require(read.timestamp_ms() == made.timestamp, "timestamps come back");
  fuzz::require(same(read.key(), made.key) && same(read.value(), made.value), "keys and values come back");
  auto expected = made.headers.begin();
  for (const auto& header : read.headers()) {
    fuzz::require(
        expected != made.headers.end() && header.key == expected->key && same(header.value, expected->value),
        "headers come back");
    ++expected;
  }
  fuzz::require(expected == made.headers.end(), "all headers come back");
}

void read_back(bytes_view sealed, const std::vector<made_record>& made, const batch_stamp& stamp) {
  static decompressor unpack;
  record_set set{sealed};
  auto at = set.begin();
  fuzz::require(at != set.end() && at->raw.size() == sealed.size(), "a sealed batch is one batch");
  const auto& batch = *at;
  fuzz::require(verify(batch).has_value(), "a sealed batch has its checksum");
  fuzz::require(batch.producer_id == stamp.producer_id && batch.base_sequence == stamp.base_sequence &&
                    batch.transactional() == stamp.transactional,
                "a sealed batch has its stamp");
  bytes buffer;
  const auto content = payload(batch, unpack, 1 << 24, buffer);
  fuzz::require(content.has_value() && validate(batch, *content).has_value(), "a sealed batch is valid");
  auto expected = made.begin();
  auto range = records(batch, *content);
  for (record_view record; range.next(record); ++expected) {
    fuzz::require(expected != made.end(), "no record is added");
    expect_same(*expected, record);
  }
  fuzz::require(!range.error() && expected == made.end(), "all records come back");
}

void check_log_append_time(bytes_view sealed) {
  static decompressor unpack;
  record_set set{sealed};
  const auto batch = *set.begin();
  fuzz::require(verify(batch).has_value(), "a stamped batch has its checksum");
  bytes buffer;
  const auto content = payload(batch, unpack, 1 << 24, buffer);
  fuzz::require(content.has_value(), "a stamped batch can be read");
  auto range = records(batch, *content);
  for (record_view record; range.next(record);) {
    fuzz::require(record.timestamp_ms() == 5, "every record has the time of the append");
  }
}

/// The batch that ends a transaction says what it was told.
void check_end_marker(const batch_stamp& stamp, bool commit) {
  static decompressor unpack;
  bytes marker;
  const auto type = commit ? control_type::commit : control_type::abort;
  write_end_marker(stamp.producer_id, stamp.producer_epoch, type, 9, 1000, marker);
  record_set set{marker};
  const auto batch = *set.begin();
  fuzz::require(verify(batch).has_value() && batch.control() && batch.producer_id == stamp.producer_id,
                "an end marker is a control batch of its producer");
  bytes buffer;
  auto range = records(batch, *payload(batch, unpack, 1 << 16, buffer));
  record_view record;
  fuzz::require(range.next(record), "an end marker has a record");
  const auto said = parse_control(record);
  fuzz::require(
      said.has_value() && said->type == type && said->coordinator_epoch == 9 && said->ends_transaction(),
      "an end marker says what it was told");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  static compressor pack;
  const auto type = static_cast<codec>(in.below(5));
  bytes buffer(batch_header_size + in.number<std::uint16_t>());
  batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  std::vector<made_record> made;
  while (!in.empty() && made.size() < 1000) {
    const auto record = draw(in);
    const auto before = builder.size();
    const auto next = builder.next_size(record.timestamp, record.key, record.value, record.headers);
    fuzz::require(next <= batch_builder::record_bound(record.key, record.value, record.headers),
                  "the bound is above every size");
    const bool taken = builder.append(record.timestamp, record.key, record.value, record.headers);
    fuzz::require(taken == (before + next <= buffer.size()), "what fits is taken");
    fuzz::require(builder.size() == before + (taken ? next : 0), "the size is as foretold");
    if (taken) made.push_back(record);
  }
  if (made.empty()) return 0;
  const auto producer = producer_id{in.number<std::int32_t>()};
  batch_stamp stamp{producer, producer_epoch{1}, 7, in.flag()};
  check_end_marker(stamp, stamp.transactional);
  const auto sealed = builder.seal(stamp, {type}, &pack);
  read_back(sealed, made, stamp);
  stamp.base_sequence = 8;
  restamp(sealed, stamp);
  assign_offset(sealed, 0x7fffffffff, leader_epoch{3});
  read_back(sealed, made, stamp);
  set_log_append_time(sealed, 5);
  check_log_append_time(sealed);
  return 0;
}
