#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/records/record.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kwire {

/// Milliseconds since 1970, as Kafka keeps record times.
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// A name and a number within it.
struct topic_partition {
  std::string topic;
  partition_id partition{};

  topic_partition() = default;
  topic_partition(std::string name, partition_id number) : topic(std::move(name)), partition(number) {}
  friend auto operator<=>(const topic_partition&, const topic_partition&) = default;
};

std::string to_string(const topic_partition& tp);

/// A header with memory of its own; a null value is distinct from an empty one.
struct header {
  std::string name;
  std::optional<std::string> value;

  header() = default;
  header(std::string n, std::optional<std::string> v) : name(std::move(n)), value(std::move(v)) {}
};

/// A record to be produced. It *borrows* topic, key, value and headers: `produce` copies them into the batch
/// before it returns, so views of temporaries are fine within the call. What must live longer can be given to
/// `keep`.
class record {
 public:
  /// `std::nullopt` (the default) is a null key or value; an empty text is an empty one.
  explicit record(std::string_view topic, std::optional<std::string_view> key = {},
                  std::optional<std::string_view> value = {})
      : topic_(topic), key_(key), value_(value) {}

  // What was given at first can be replaced; null and empty as there.
  record& topic(std::string_view name) {
    topic_ = name;
    return *this;
  }
  record& key(std::optional<std::string_view> octets) {
    key_ = octets;
    return *this;
  }
  record& value(std::optional<std::string_view> octets) {
    value_ = octets;
    return *this;
  }
  /// Takes over text for as long as the record lives, or a copy of it, and returns the view to use:
  /// `record.value(record.keep(std::move(text)))`. The octets are copied into the batch all the same.
  std::string_view keep(std::string text) {
    kept_ = std::make_shared<const kept_text>(std::move(text), std::move(kept_));
    return kept_->text;
  }
  /// Chooses the partition; otherwise the partitioner does.
  record& partition(partition_id number) {
    partition_ = number;
    return *this;
  }
  /// CreateTime of the record; default: the time of `produce`.
  record& at(kwire::timestamp time) {
    timestamp_ = time;
    return *this;
  }
  record& header(std::string_view name, std::optional<std::string_view> value) {
    headers_.push_back({name, value ? std::optional{as_bytes(*value)} : std::nullopt});
    return *this;
  }
  /// Handed back in the delivery report.
  record& opaque(std::uint64_t value) {
    opaque_ = value;
    return *this;
  }

  std::string_view topic() const noexcept { return topic_; }
  std::optional<std::string_view> key() const noexcept { return key_; }
  std::optional<std::string_view> value() const noexcept { return value_; }
  std::optional<partition_id> partition() const noexcept { return partition_; }
  std::optional<kwire::timestamp> at() const noexcept { return timestamp_; }
  std::span<const header_view> headers() const noexcept { return headers_; }
  std::uint64_t opaque() const noexcept { return opaque_; }

 private:
  std::string_view topic_;
  std::optional<std::string_view> key_;
  std::optional<std::string_view> value_;
  std::optional<partition_id> partition_;
  std::optional<kwire::timestamp> timestamp_;
  std::vector<header_view> headers_;
  std::uint64_t opaque_ = 0;

  struct kept_text {
    std::string text;
    std::shared_ptr<const kept_text> more;

    kept_text(std::string t, std::shared_ptr<const kept_text> m) : text(std::move(t)), more(std::move(m)) {}
  };
  std::shared_ptr<const kept_text> kept_;
};

}  // namespace kwire
