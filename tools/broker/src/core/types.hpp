#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <kwire/protocol/api.hpp>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <memory>
#include <string>
#include <vector>

namespace kwire::embedded {

/// The broker's only notion of time, given to it with every call. It also stamps records (LogAppendTime), so
/// it counts from 1970; whoever drives the core must see to it that it never runs backwards.
using instant = std::chrono::sys_time<std::chrono::microseconds>;

inline std::int64_t to_ms(instant at) noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

/// A client connection; the numbers are never used twice.
enum class connection_id : std::uint64_t {};

/// A request as it came off the wire, without its length. The storage is handed over: the log keeps the
/// record batches in it where they are and writes their offsets into them.
struct frame {
  std::shared_ptr<std::byte[]> storage;
  std::size_t size = 0;

  bytes_view view() const noexcept { return {storage.get(), size}; }
  /// The bytes that `part`, a view into this frame, shows.
  std::span<std::byte> writable(bytes_view part) const noexcept {
    return {storage.get() + (part.data() - storage.get()), part.size()};
  }
};

/// Bytes together with what keeps them alive.
struct shared_slice {
  std::shared_ptr<const void> owner;
  bytes_view content;
};

/// A response: `head` with the slices inserted before the given positions, without being copied.
struct encoded_frame {
  struct piece {
    std::size_t at = 0;
    shared_slice slice;
  };
  bytes head;  ///< starts with the frame length
  std::vector<piece> pieces;
};

/// What is to be sent to (or done with) a connection.
struct reply {
  connection_id connection{};
  encoded_frame content;
  bool close = false;  ///< hang up once everything before is sent; `content` is empty
};

/// Names the request that an answer belongs to, however much later it is ready.
struct request_token {
  connection_id connection{};
  correlation_id correlation{};
  api key{};
  std::int16_t version = 0;
};

/// A deterministic source of ids (splitmix64).
class random_source {
 public:
  explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    auto z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  /// A random (version 4) uuid; never one of those that Kafka reserves.
  uuid next_uuid() noexcept {
    uuid id;
    for (std::size_t half = 0; half < 2; ++half) {
      auto bits = next();
      for (std::size_t i = 0; i < 8; ++i, bits >>= 8) {
        id.octets[half * 8 + i] = static_cast<std::uint8_t>(bits);
      }
    }
    id.octets[6] = static_cast<std::uint8_t>((id.octets[6] & 0x0f) | 0x40);
    id.octets[8] = static_cast<std::uint8_t>((id.octets[8] & 0x3f) | 0x80);
    return id;
  }

 private:
  std::uint64_t state_;
};

/// Most octets that the records of one batch, or all of one message set, may decompress to.
inline constexpr std::size_t decompressed_cap = 64 * 1024 * 1024;

}  // namespace kwire::embedded
