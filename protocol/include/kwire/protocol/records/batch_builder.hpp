#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/records/batch_view.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/records/record.hpp>
#include <kwire/protocol/records/varint.hpp>
#include <optional>
#include <span>

namespace kwire::protocol {

/// Who wrote a batch, as its header says.
struct batch_stamp {
  kwire::producer_id producer_id = no_producer_id;
  kwire::producer_epoch producer_epoch = no_producer_epoch;
  std::int32_t base_sequence = -1;
  bool transactional = false;
  bool control = false;

  batch_stamp() = default;
  batch_stamp(kwire::producer_id id, kwire::producer_epoch epoch, std::int32_t sequence,
              bool in_transaction = false)
      : producer_id(id), producer_epoch(epoch), base_sequence(sequence), transactional(in_transaction) {}
};

/// Writes a magic 2 record batch straight into the caller's buffer, in its final form: `open`, `append` each
/// record, `seal`. The buffer is the caller's all the time and must stay valid from `open` (or `relocate`)
/// to the end of `seal`. Plain data without a lock: one thread at a time.
class batch_builder {
 public:
  /// Starts an empty batch; `capacity` is at least `batch_header_size` and at most 2^31-1.
  void open(std::byte* buffer, std::size_t capacity) noexcept;

  /// Adds a record with the next offset. False, and nothing changed, when it does not fit. `timestamp` in
  /// ms since 1970; that of the first record becomes the batch's base.
  bool append(std::int64_t timestamp, const std::optional<bytes_view>& key,
              const std::optional<bytes_view>& value, std::span<const header_view> headers = {}) noexcept;

  /// Octets that `append` would add now, exactly.
  std::size_t next_size(std::int64_t timestamp, const std::optional<bytes_view>& key,
                        const std::optional<bytes_view>& value,
                        std::span<const header_view> headers = {}) const noexcept;

  /// Upper bound of what any record of this content takes in any batch (without the batch's header).
  static std::size_t record_bound(const std::optional<bytes_view>& key,
                                  const std::optional<bytes_view>& value,
                                  std::span<const header_view> headers = {}) noexcept;

  /// Leaves out offsets before the next record, as compaction does.
  void skip_offsets(std::int32_t count) noexcept;

  /// Goes on in another buffer of at least `size()` octets (the owner grows 4 -> 16 -> 64 -> 256 KiB); the
  /// content is copied, the old buffer is free afterwards.
  void relocate(std::byte* buffer, std::size_t capacity) noexcept;

  bool is_open() const noexcept { return buffer_ != nullptr; }
  bool empty() const noexcept { return count_ == 0; }
  std::int32_t count() const noexcept { return count_; }
  /// Octets so far, header included, before compression.
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::byte* buffer() const noexcept { return buffer_; }
  /// Timestamps of the first record and the greatest, ms; -1 while empty.
  std::int64_t base_timestamp() const noexcept { return base_timestamp_; }
  std::int64_t max_timestamp() const noexcept { return max_timestamp_; }

  /// Finishes the batch in its buffer and returns it: header (base offset 0, leader epoch -1), records,
  /// checksum. Compresses when `how` names a codec (`with` must not be null then) and keeps the records
  /// plain when that does not make them smaller. The builder is closed afterwards; `open` starts the next.
  std::span<std::byte> seal(const batch_stamp& stamp, compression how = {}, compressor* with = nullptr);

 private:
  // Key or value in two registers; size -1 is null. The optionals are taken apart field by field at once:
  // copies of them would be loaded in wider pieces than they were just stored in, which stalls.
  struct part {
    const std::byte* data;
    std::int64_t size;

    explicit part(const std::optional<bytes_view>& from) noexcept
        : data(from ? from->data() : nullptr), size(from ? static_cast<std::int64_t>(from->size()) : -1) {}
    std::size_t octets() const noexcept { return size > 0 ? static_cast<std::size_t>(size) : 0; }
    std::size_t encoded_size() const noexcept { return detail::quick_varint_size(size) + octets(); }
    std::byte* put(std::byte* to) const noexcept {
      to = detail::put_varint(to, size);
      if (size > 0) std::memcpy(to, data, static_cast<std::size_t>(size));
      return to + octets();
    }
  };
  std::int64_t delta_of(std::int64_t timestamp) const noexcept {
    // Wraps where the two are absurdly far apart, and so does the reader.
    if (count_ == 0) return 0;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(timestamp) -
                                     static_cast<std::uint64_t>(base_timestamp_));
  }
  /// What the record's length field will say.
  std::size_t body_size(std::int64_t delta, part key, part value,
                        std::span<const header_view> headers) const noexcept {
    return 1 + detail::quick_varint_size(delta) + detail::quick_varint_size(next_delta_) +
           key.encoded_size() + value.encoded_size() + (headers.empty() ? 1 : headers_size(headers));
  }
  bool append_long(std::int64_t timestamp, part key, part value,
                   std::span<const header_view> headers) noexcept;
  /// Counts a record that is about to be written.
  void note(std::int64_t timestamp, std::size_t total) noexcept {
    if (count_ == 0) {
      base_timestamp_ = timestamp;
      max_timestamp_ = timestamp;
    } else if (timestamp > max_timestamp_) {
      max_timestamp_ = timestamp;
    }
    size_ += total;
    ++count_;
    ++next_delta_;
  }
  static std::size_t headers_size(std::span<const header_view> headers) noexcept;
  static void put_headers(std::byte* to, std::span<const header_view> headers) noexcept;

  std::byte* buffer_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::int64_t base_timestamp_ = -1;
  std::int64_t max_timestamp_ = -1;
  std::int32_t count_ = 0;
  std::int32_t next_delta_ = 0;
};

inline bool batch_builder::append(std::int64_t timestamp, const std::optional<bytes_view>& key,
                                  const std::optional<bytes_view>& value,
                                  std::span<const header_view> headers) noexcept {
  const part key_part{key};
  const part value_part{value};
  const auto delta = delta_of(timestamp);
  // Nearly every record: no headers, and nothing that takes a varint of more than two octets.
  const auto delta_raw = zigzag(delta);
  const auto offset_raw = zigzag(next_delta_);
  const auto key_raw = zigzag(key_part.size);
  const auto value_raw = zigzag(value_part.size);
  const auto body = 6 + (delta_raw >= 0x80) + (offset_raw >= 0x80) + (key_raw >= 0x80) + (value_raw >= 0x80) +
                    key_part.octets() + value_part.octets();
  const auto body_raw = static_cast<std::uint64_t>(body) << 1;
  if (((delta_raw | offset_raw | key_raw | value_raw | body_raw) >= 0x4000) || !headers.empty())
      [[unlikely]] {
    return append_long(timestamp, key_part, value_part, headers);
  }
  const auto total = body + 1 + (body_raw >= 0x80);
  if (total > capacity_ - size_) return false;
  note(timestamp, total);
  auto* to = detail::put_short(buffer_ + size_ - total, body_raw);
  *to++ = std::byte{0};  // attributes
  to = detail::put_short(to, delta_raw);
  to = detail::put_short(to, offset_raw);
  to = detail::put_short(to, key_raw);
  if (key_part.size > 0) std::memcpy(to, key_part.data, key_part.octets());
  to = detail::put_short(to + key_part.octets(), value_raw);
  if (value_part.size > 0) std::memcpy(to, value_part.data, value_part.octets());
  to[value_part.octets()] = std::byte{0};  // headers
  return true;
}

/// Gives a sealed magic 2 batch another producer id, epoch and sequence (and transactional, control bit) and
/// a new checksum; the records, compressed or not, stay. `batch` is exactly one whole batch.
void restamp(std::span<std::byte> batch, const batch_stamp& stamp) noexcept;

/// What a broker does on append: sets base offset and leader epoch, which the checksum does not cover.
void assign_offset(std::span<std::byte> batch, std::int64_t base_offset, kwire::leader_epoch epoch) noexcept;

/// What a broker does under log-append time: every record reads `timestamp` (ms); new checksum.
void set_log_append_time(std::span<std::byte> batch, std::int64_t timestamp) noexcept;

/// Writes the control batch that ends a transaction, with base offset 0, into `out` (replaced).
void write_end_marker(kwire::producer_id id, kwire::producer_epoch epoch, control_type type,
                      std::int32_t coordinator_epoch, std::int64_t timestamp, bytes& out);

}  // namespace kwire::protocol
