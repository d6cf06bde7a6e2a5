#pragma once

#include <chrono>
#include <cstdint>
#include <kwire/client/delivery.hpp>
#include <kwire/client/error.hpp>
#include <kwire/client/record.hpp>
#include <optional>
#include <string>

namespace kwire {

/// A `delivery` with memory of its own, without the record: what an awaited `async_produce` brings.
class delivery_report {
 public:
  delivery_report() = default;  ///< for `co_spawn`, which makes one before there is an outcome
  explicit delivery_report(const delivery& from)
      : what_(from.result()),
        topic_(from.topic()),
        partition_(from.partition()),
        offset_(from.offset()),
        opaque_(from.opaque()),
        timestamp_(from.timestamp()),
        type_(from.timestamp_type()),
        latency_(from.latency()) {
    if (!from) why_ = from.error();
  }

  // As in `delivery`.
  explicit operator bool() const noexcept { return !why_; }
  outcome result() const noexcept { return what_; }
  const kwire::error& error() const noexcept { return *why_; }
  const std::string& topic() const noexcept { return topic_; }
  partition_id partition() const noexcept { return partition_; }
  std::int64_t offset() const noexcept { return offset_; }
  std::uint64_t opaque() const noexcept { return opaque_; }
  kwire::timestamp timestamp() const noexcept { return timestamp_; }
  kwire::timestamp_type timestamp_type() const noexcept { return type_; }
  std::chrono::microseconds latency() const noexcept { return latency_; }

 private:
  outcome what_ = outcome::not_persisted;
  std::string topic_;
  partition_id partition_{-1};
  std::int64_t offset_ = -1;
  std::uint64_t opaque_ = 0;
  kwire::timestamp timestamp_{};
  kwire::timestamp_type type_ = kwire::timestamp_type::none;
  std::chrono::microseconds latency_{};
  std::optional<kwire::error> why_;
};

}  // namespace kwire
