#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/wire/error.hpp>
#include <memory>
#include <optional>
#include <string_view>

namespace kwire::protocol {

/// Compression of a record batch; the values are those on the wire.
enum class codec : std::uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

/// Kafka's name, e.g. `zstd`; empty for a value outside the table.
std::string_view name(codec type) noexcept;
/// Reads Kafka's name (`none`, `gzip`, `snappy`, `lz4`, `zstd`); nothing when it is none of them.
std::optional<codec> parse_codec(std::string_view text) noexcept;

/// What `compression.<codec>.level` accepts (KIP-390).
struct level_range {
  int min;
  int max;
  int fallback;  ///< the default; for gzip it is -1, which lies outside [min, max] and is accepted too

  constexpr bool contains(int level) const noexcept {
    return level == fallback || (level >= min && level <= max);
  }
};

/// gzip 1..9 (-1), lz4 1..17 (9), zstd -131072..22 (3); nothing for codecs without levels.
std::optional<level_range> levels(codec type) noexcept;

/// How to compress.
struct compression {
  codec type = codec::none;
  std::optional<int> level{};  ///< the codec's default when not set

  compression() = default;
  compression(codec t, std::optional<int> l = {}) : type(t), level(l) {}
};

/// Messages of magic 0 carry LZ4 frames whose header checksum also covers the frame's magic number (an old
/// mistake of the Java client that became the format).
enum class lz4_flavor : std::uint8_t { standard, legacy_header_checksum };

/// Snappy inside Kafka is cut into blocks behind xerial's header by the Java client, and bare from some
/// others.
enum class snappy_flavor : std::uint8_t { xerial, bare };

/// Owns the codecs' contexts (kept between calls: making one costs more than a small batch) and a scratch
/// buffer. Movable; use it from one thread at a time, normally one for each thread that compresses.
class compressor {
 public:
  compressor();
  compressor(compressor&&) noexcept;
  compressor& operator=(compressor&&) noexcept;
  ~compressor();

  /// Compresses `in`. The result lies at the beginning of `out`, which serves as storage: it grows as
  /// needed and never shrinks, so a reused buffer is not cleared each time. Fails with `unknown_codec`,
  /// or `not_representable` when the level is outside `levels(how.type)`.
  [[nodiscard]] wire_result<bytes_view> compress(compression how, bytes_view in, bytes& out,
                                                 lz4_flavor lz4 = lz4_flavor::standard,
                                                 snappy_flavor snappy = snappy_flavor::xerial);
  /// The same into the compressor's own scratch; the view holds until the next call.
  [[nodiscard]] wire_result<bytes_view> compress(compression how, bytes_view in,
                                                 lz4_flavor lz4 = lz4_flavor::standard);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// The other direction, with the same rules for threads.
class decompressor {
 public:
  decompressor();
  decompressor(decompressor&&) noexcept;
  decompressor& operator=(decompressor&&) noexcept;
  ~decompressor();

  /// Decompresses `in` into the beginning of `out` (storage as in `compress`: it never shrinks, and never
  /// grows beyond `cap` octets whatever the input claims). Fails with `too_large` when there is more than
  /// `cap`, `bad_compression`, or `unknown_codec`. `codec::none` gives `in` itself.
  /// gzip may have several members, lz4 and zstd several frames; both snappy flavors are recognised.
  [[nodiscard]] wire_result<bytes_view> decompress(codec type, bytes_view in, std::size_t cap, bytes& out,
                                                   lz4_flavor lz4 = lz4_flavor::standard);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace kwire::protocol
