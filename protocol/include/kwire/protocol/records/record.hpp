#pragma once

#include <chrono>
#include <cstdint>
#include <iterator>
#include <kwire/protocol/bytes.hpp>
#include <optional>
#include <string_view>

namespace kwire {

/// Where a record's timestamp comes from.
enum class timestamp_type : std::int8_t {
  none = -1,       ///< the format has none (magic 0)
  create = 0,      ///< the producer's clock
  log_append = 1,  ///< the broker's clock
};

/// One record header. Keys may repeat; a null value differs from an empty one.
struct header_view {
  std::string_view key;
  std::optional<bytes_view> value;
};

/// The headers of a record, parsed while iterating. Bytes that do not parse end the range early (those of a
/// `record_range` have been validated before). Cheap to copy; holds no memory of its own.
class header_range {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = header_view;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = header_view;

    iterator() = default;
    header_view operator*() const noexcept { return current_; }
    iterator& operator++() noexcept {
      advance();
      return *this;
    }
    void operator++(int) noexcept { advance(); }
    friend bool operator==(const iterator& a, std::default_sentinel_t) noexcept { return a.done_; }

   private:
    friend class header_range;
    void advance() noexcept;

    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
    std::int32_t left_ = 0;
    bool done_ = true;
    header_view current_{};
  };

  header_range() = default;
  /// `encoded` starts with the varint count, as in a record of magic 2; empty means no headers.
  explicit header_range(bytes_view encoded) noexcept : encoded_(encoded) {}

  iterator begin() const noexcept;
  std::default_sentinel_t end() const noexcept { return {}; }
  /// The announced number of headers.
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  /// The bytes as they stand on the wire, count included.
  bytes_view encoded() const noexcept { return encoded_; }

 private:
  bytes_view encoded_{};
};

namespace protocol::detail {
/// What a `record_view` holds; sizes of -1 are null.
struct raw_record {
  std::int64_t offset = -1;
  std::int64_t timestamp = -1;
  const std::byte* key = nullptr;
  const std::byte* headers = nullptr;
  const std::byte* value = nullptr;
  std::int32_t key_size = -1;
  std::int32_t value_size = -1;
  std::uint32_t headers_size = 0;
  std::int8_t attributes = 0;
  kwire::timestamp_type type = kwire::timestamp_type::none;
};
}  // namespace protocol::detail

/// A record inside a buffer that somebody else owns: valid as long as that buffer. Cheap to copy (56
/// octets), holds no memory of its own, safe to read from several threads.
class record_view {
 public:
  record_view() = default;
  /// `encoded_headers` as in `header_range`; it may lie anywhere.
  record_view(std::int64_t offset, std::int64_t timestamp_ms, timestamp_type type, std::int8_t attributes,
              std::optional<bytes_view> key, std::optional<bytes_view> value,
              bytes_view encoded_headers = {}) noexcept
      : raw_{offset,
             timestamp_ms,
             key ? key->data() : nullptr,
             encoded_headers.data(),
             value ? value->data() : nullptr,
             key ? static_cast<std::int32_t>(key->size()) : -1,
             value ? static_cast<std::int32_t>(value->size()) : -1,
             static_cast<std::uint32_t>(encoded_headers.size()),
             attributes,
             type} {}
  explicit record_view(const protocol::detail::raw_record& raw) noexcept : raw_(raw) {}

  std::int64_t offset() const noexcept { return raw_.offset; }
  /// Milliseconds since 1970 UTC; -1 when there is none.
  std::int64_t timestamp_ms() const noexcept { return raw_.timestamp; }
  std::chrono::sys_time<std::chrono::milliseconds> timestamp() const noexcept {
    return std::chrono::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{raw_.timestamp}};
  }
  kwire::timestamp_type timestamp_type() const noexcept { return raw_.type; }

  /// Nothing for a null key, which differs from an empty one.
  std::optional<bytes_view> key() const noexcept { return view(raw_.key, raw_.key_size); }
  /// Nothing for a null value (a tombstone in compacted topics).
  std::optional<bytes_view> value() const noexcept { return view(raw_.value, raw_.value_size); }
  header_range headers() const noexcept { return header_range{{raw_.headers, raw_.headers_size}}; }
  /// The first header of that name.
  std::optional<header_view> header(std::string_view name) const noexcept;
  /// The last header of that name, which is the one that counts by Kafka's custom.
  std::optional<header_view> last_header(std::string_view name) const noexcept;
  /// The record's own attribute octet: unused in magic 2 so far.
  std::int8_t attributes() const noexcept { return raw_.attributes; }

 private:
  static std::optional<bytes_view> view(const std::byte* at, std::int32_t size) noexcept {
    if (size < 0) return std::nullopt;
    return bytes_view{at, static_cast<std::size_t>(size)};
  }

  protocol::detail::raw_record raw_{};
};

}  // namespace kwire
