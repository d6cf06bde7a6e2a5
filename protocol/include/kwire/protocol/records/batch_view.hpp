#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/records/record.hpp>
#include <kwire/protocol/wire/error.hpp>
#include <limits>
#include <optional>
#include <span>

namespace kwire::protocol {

/// Octets of a magic 2 batch before its records.
inline constexpr std::size_t batch_header_size = 61;
/// Octets before what the batch's length field counts (base offset and length itself).
inline constexpr std::size_t batch_prefix_size = 12;

/// Positions of the fields of a magic 2 batch header.
namespace batch_at {
inline constexpr std::size_t base_offset = 0, length = 8, leader_epoch = 12, magic = 16, crc = 17,
                             attributes = 21, last_offset_delta = 23, base_timestamp = 27, max_timestamp = 35,
                             producer_id = 43, producer_epoch = 51, base_sequence = 53, count = 57;
}  // namespace batch_at

/// Bits of a magic 2 batch's attributes.
namespace batch_flag {
inline constexpr std::int16_t codec_mask = 0x07, log_append = 0x08, transactional = 0x10, control = 0x20,
                              delete_horizon = 0x40;
}  // namespace batch_flag

/// The header of one record batch, decoded, and views of its bytes. A top-level message of an old message
/// set (magic 0 or 1), plain or wrapper of compressed ones, counts as a batch too. Valid as long as the
/// bytes.
struct batch_view {
  bytes_view raw{};    ///< the whole batch
  bytes_view body{};   ///< the records (still compressed), for a plain old message the message itself
  std::size_t at = 0;  ///< position of the batch in its record set
  std::int8_t magic = 0;
  codec compression = codec::none;  ///< may be outside the table: `payload` refuses then
  std::int16_t attributes = 0;      ///< as on the wire; the named accessors are below
  kwire::leader_epoch leader_epoch = no_leader_epoch;
  std::uint32_t crc = 0;             ///< as claimed; see `verify`
  std::int64_t base_offset = 0;      ///< -1 for a wrapper (not known before decompression)
  std::int64_t last_offset = 0;      ///< stays what it was when compaction takes the last record away
  std::int64_t base_timestamp = -1;  ///< ms; what the records' deltas are relative to
  std::int64_t max_timestamp = -1;   ///< ms; the append time under log-append time
  kwire::producer_id producer_id = no_producer_id;
  kwire::producer_epoch producer_epoch = no_producer_epoch;
  std::int32_t base_sequence = -1;
  std::int32_t count = 0;  ///< records inside; -1 for a wrapper

  /// Where reading goes on after this batch, whatever records are left in it.
  std::int64_t next_offset() const noexcept { return last_offset + 1; }
  bool compressed() const noexcept { return compression != codec::none; }
  bool transactional() const noexcept { return flag(batch_flag::transactional); }
  /// Holds markers, which are not for applications; see `parse_control`.
  bool control() const noexcept { return flag(batch_flag::control); }
  kwire::timestamp_type timestamp_type() const noexcept {
    if (magic == 0) return kwire::timestamp_type::none;
    return (attributes & batch_flag::log_append) != 0 ? kwire::timestamp_type::log_append
                                                      : kwire::timestamp_type::create;
  }
  /// When tombstones and markers of this batch may be removed (ms, KIP-534); the base timestamp doubles as
  /// it.
  std::optional<std::int64_t> delete_horizon_ms() const noexcept {
    if (!flag(batch_flag::delete_horizon)) return std::nullopt;
    return base_timestamp;
  }

 private:
  bool flag(std::int16_t bit) const noexcept { return magic >= 2 && (attributes & bit) != 0; }
};

/// Compares the checksum with the bytes; fails with `bad_crc` at the batch's position. For a wrapper it
/// covers the compressed bytes and thereby everything inside.
[[nodiscard]] wire_result<void> verify(const batch_view& batch) noexcept;

/// The records' bytes: `batch.body` itself where nothing is compressed, else decompressed into `buffer`
/// (storage that never shrinks, see `decompressor`). The view holds as long as both buffers stay untouched.
/// Fails with `too_large` above `cap` octets, `bad_compression`, or `unknown_codec`.
[[nodiscard]] wire_result<bytes_view> payload(const batch_view& batch, decompressor& with, std::size_t cap,
                                              bytes& buffer);

/// What a control record says.
enum class control_type : std::int16_t {
  abort = 0,
  commit = 1,
  leader_change = 2,
  snapshot_header = 3,
  snapshot_footer = 4,
  kraft_version = 5,
  kraft_voters = 6,
};

struct control_marker {
  std::int16_t version = 0;
  control_type type{};                  ///< may be a value that has no name yet: skip it
  std::int32_t coordinator_epoch = -1;  ///< of abort and commit

  bool ends_transaction() const noexcept {
    return type == control_type::abort || type == control_type::commit;
  }
};

/// Reads a record of a control batch; fails with `bad_record` when the key is none of a control record.
[[nodiscard]] wire_result<control_marker> parse_control(const record_view& record) noexcept;

/// Whether the records agree with the batch: exactly `count`, every offset within [base, last] and
/// ascending, every length right, nothing behind the last. `records` is what `payload` gave. For whoever
/// stores batches of others; readers need not call it, iteration checks all but the order.
[[nodiscard]] wire_result<void> validate(const batch_view& batch, bytes_view records) noexcept;

}  // namespace kwire::protocol
