#include "core/old_records.hpp"

#include <algorithm>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/message_set.hpp>
#include <kwire/protocol/records/record_range.hpp>

#include "core/record_intake.hpp"

namespace kwire::embedded {
namespace {

using protocol::wire_errc;
using protocol::wire_error;
using protocol::wire_result;

/// Records being gathered into one batch of magic 2, whose buffer grows as needed.
class gathered_batch {
 public:
  gathered_batch() : buffer_(1024) { builder_.open(buffer_.data(), buffer_.size()); }

  void append(std::int64_t timestamp, std::optional<bytes_view> key, std::optional<bytes_view> value) {
    if (builder_.append(timestamp, key, value)) return;
    const auto bound = protocol::batch_builder::record_bound(key, value);
    bytes larger(std::max(buffer_.size() * 2, builder_.size() + bound));
    builder_.relocate(larger.data(), larger.size());
    buffer_ = std::move(larger);
    (void)builder_.append(timestamp, key, value);
  }
  void skip(std::int64_t offsets) { builder_.skip_offsets(static_cast<std::int32_t>(offsets)); }
  std::int32_t count() const { return builder_.count(); }

  std::span<std::byte> seal(protocol::codec codec) {
    return builder_.seal(protocol::batch_stamp{}, protocol::compression{codec}, &packer_);
  }

 private:
  bytes buffer_;
  protocol::batch_builder builder_;
  protocol::compressor packer_;
};

/// The payload of a batch or message; what had to be decompressed is taken from `room`.
wire_result<bytes_view> unpack(const protocol::batch_view& batch, protocol::decompressor& with,
                               std::size_t& room, bytes& buffer) {
  const auto plain = protocol::payload(batch, with, room, buffer);
  if (plain && batch.compression != protocol::codec::none) room -= plain->size();
  return plain;
}

/// The same batch without headers and producer, which the old formats lack.
wire_result<void> simplify(const protocol::batch_view& batch, std::size_t& room, gathered_batch& into) {
  protocol::decompressor unpacker;
  bytes buffer;
  const auto plain = unpack(batch, unpacker, room, buffer);
  if (!plain) return plain.error();
  auto next = batch.base_offset;
  auto range = protocol::records(batch, *plain);
  for (const auto& record : range) {
    if (record.offset() > next) into.skip(record.offset() - next);
    next = record.offset() + 1;
    into.append(record.timestamp_ms(), record.key(), record.value());
  }
  if (range.error()) return range.error_info();
  return {};
}

wire_result<void> convert(const protocol::batch_view& batch, std::int8_t magic, std::size_t& room,
                          bytes& out) {
  if (batch.control()) return {};
  gathered_batch simple;
  if (auto done = simplify(batch, room, simple); !done) return done.error();
  if (simple.count() == 0) return {};
  const auto sealed = simple.seal(protocol::codec::none);
  protocol::assign_offset(sealed, batch.base_offset, no_leader_epoch);
  protocol::compressor packer;
  protocol::decompressor unpacker;
  return protocol::down_convert(sealed, magic, protocol::compression{batch.compression}, packer, unpacker,
                                decompressed_cap, out);
}

}  // namespace

wire_result<frame> up_convert(bytes_view message_set, bool check_crc, std::size_t cap) {
  gathered_batch modern;
  protocol::decompressor unpacker;
  bytes buffer;
  protocol::record_set set{message_set};
  std::optional<protocol::codec> codec;
  for (const auto& message : set) {
    if (message.magic > 1) return wire_error{wire_errc::bad_magic, message.at};
    if (check_crc) {
      if (auto sound = protocol::verify(message); !sound) return sound.error();
    }
    if (!codec) codec = message.compression;
    const auto plain = unpack(message, unpacker, cap, buffer);
    if (!plain) return plain.error();
    auto range = protocol::records(message, *plain);
    for (const auto& record : range) modern.append(record.timestamp_ms(), record.key(), record.value());
    if (range.error()) return range.error_info();
  }
  if (set.error()) return set.error_info();
  if (modern.count() == 0) return wire_error{wire_errc::truncated};
  const auto sealed = modern.seal(codec.value_or(protocol::codec::none));
  frame made{std::make_shared_for_overwrite<std::byte[]>(sealed.size()), sealed.size()};
  std::ranges::copy(sealed, made.storage.get());
  return made;
}

wire_result<bytes> down_convert(bytes_view batches, std::int8_t magic, std::size_t cap) {
  bytes out;
  protocol::record_set set{batches};
  for (const auto& batch : set) {
    if (auto done = convert(batch, magic, cap, out); !done) {
      if (done.error().code == wire_errc::too_large && !out.empty()) return out;
      return done.error();
    }
  }
  return out;
}

}  // namespace kwire::embedded
