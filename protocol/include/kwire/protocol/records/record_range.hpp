#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/records/batch_view.hpp>
#include <kwire/protocol/records/record.hpp>
#include <kwire/protocol/records/varint.hpp>
#include <kwire/protocol/wire/error.hpp>
#include <limits>

namespace kwire::protocol {

/// The records of one batch, parsed while iterating:
///
///     record_range range = records(batch, *payload(batch, ...), position);
///     for (record_view record : range) ...
///     if (range.error()) ...
///
/// Every length is checked on the way; where they do not fit, the range ends with an error and the records
/// yielded before are sound. Single pass. The bytes must outlive the range and every `record_view` of it;
/// the range its iterators; one thread at a time.
class record_range {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = record_view;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = record_view;

    iterator() = default;
    record_view operator*() const noexcept { return current_; }
    [[gnu::always_inline]] iterator& operator++() noexcept {
      if (!range_->next(current_)) range_ = nullptr;
      return *this;
    }
    void operator++(int) noexcept { ++*this; }
    friend bool operator==(const iterator& a, std::default_sentinel_t) noexcept {
      return a.range_ == nullptr;
    }

   private:
    friend class record_range;
    explicit iterator(record_range& range) noexcept : range_(&range) { ++*this; }

    record_range* range_ = nullptr;
    record_view current_{};
  };

  record_range() = default;
  /// See `records`.
  record_range(const batch_view& batch, bytes_view payload, std::int64_t from) noexcept;

  /// Goes on where iteration stands, which is the first record at first.
  iterator begin() noexcept { return iterator{*this}; }
  std::default_sentinel_t end() const noexcept { return {}; }

  /// The next record, or false at the end or an error; the plain form of the iterator.
  bool next(record_view& into) noexcept;

  /// Whether iteration stopped because lengths, offsets or counts contradict each other.
  bool error() const noexcept { return error_ != wire_errc{}; }
  /// The reason, `bad_record` as a rule, with the position in the payload of the record that is broken.
  wire_error error_info() const { return {error_, static_cast<std::size_t>(at_ - begin_)}; }

 private:
  enum class form : std::uint8_t { batch, message, wrapper };

  bool next_any(record_view& into) noexcept;
  bool next_legacy(record_view& into) noexcept;
  /// Wraps like Java's, where a hostile delta must not be undefined. Under log-append time the mask is 0.
  std::int64_t time_of(std::int64_t delta) const noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(base_timestamp_) +
                                     (static_cast<std::uint64_t>(delta) & timestamp_mask_));
  }
  void find_shift(std::int64_t wrapper_offset) noexcept;
  bool finish() noexcept;
  bool fail(wire_errc code) noexcept;
  /// Whether `encoded` is a count and exactly that many headers.
  static bool valid_headers(bytes_view encoded) noexcept;

  const std::byte* begin_ = nullptr;
  const std::byte* at_ = nullptr;
  const std::byte* end_ = nullptr;
  std::int64_t base_offset_ = 0;  // of old wrappers: what to add to the offsets inside
  std::int64_t base_timestamp_ = 0;
  std::uint64_t timestamp_mask_ = ~std::uint64_t{0};
  std::int64_t from_ = 0;
  std::int64_t last_delta_ = 0;  // of old wrappers: the last offset allowed
  std::int32_t left_ = 0;        // stays 0 for old formats
  form form_ = form::batch;
  timestamp_type type_ = timestamp_type::none;
  std::int8_t magic_ = 2;
  wire_errc error_{};
};

[[gnu::always_inline]] inline bool record_range::next(record_view& into) noexcept {
  // The usual record, in few instructions: no varint above two octets, enough bytes left that its first
  // five fields can be loaded before they are checked. Anything else, errors included, starts over in
  // `next_any`. `into` never goes to a function that is not inlined: only then does the caller's record
  // live in registers instead of being stored in small pieces and reloaded in large ones, which stalls.
  constexpr std::ptrdiff_t slack = 16;
  using detail::load_short;
  while (left_ > 0 && end_ - at_ >= slack) {  // never goes round: `break` is the way out
    std::uint32_t size = 0, timestamp = 0, delta = 0, key_raw = 0, value_raw = 0;
    const auto* at = load_short(at_, size);
    if (at == nullptr || (size & 1) != 0 || (size >>= 1) > static_cast<std::size_t>(end_ - at)) break;
    const auto* const end = at + size;
    const auto attributes = static_cast<std::int8_t>(*at);
    if ((at = load_short(at + 1, timestamp)) == nullptr || (at = load_short(at, delta)) == nullptr) break;
    if ((delta & 1) != 0 || (delta >>= 1) > last_delta_) break;
    const auto offset = base_offset_ + delta;
    if (offset < from_ || (at = load_short(at, key_raw)) == nullptr) break;
    // Odd is negative, and only -1, which is null, is a length: 1 in zigzag form. Two octets must follow.
    const auto* const key = at;
    std::int32_t key_size = -1;
    if (key_raw != 1) {
      key_size = static_cast<std::int32_t>(key_raw >> 1);
      if ((key_raw & 1) != 0 || key_size + 2 > end - at) break;
      at += key_size;
    } else if (end - at < 2) {
      break;
    }
    if ((at = load_short(at, value_raw)) == nullptr) break;
    const auto* const value = at;
    std::int32_t value_size = -1;
    if (value_raw != 1) {
      value_size = static_cast<std::int32_t>(value_raw >> 1);
      if ((value_raw & 1) != 0 || value_size >= end - at) break;
      at += value_size;
    }
    if (end - at != 1 || *at != std::byte{0}) break;  // headers
    into = record_view{detail::raw_record{offset, time_of(detail::from_zigzag(timestamp)), key, at, value,
                                          key_size, value_size, 1, attributes, type_}};
    at_ = end;
    --left_;
    return true;
  }
  record_view other;
  const bool more = next_any(other);
  if (more) into = other;
  return more;
}

/// Lazy range over the records of `batch` whose offset is at least `from`. `payload` is what
/// `payload(batch, ...)` gave.
inline record_range records(const batch_view& batch, bytes_view payload,
                            std::int64_t from = std::numeric_limits<std::int64_t>::min()) noexcept {
  return {batch, payload, from};
}

}  // namespace kwire::protocol
