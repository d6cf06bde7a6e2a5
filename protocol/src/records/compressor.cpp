#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/wire/writer.hpp>
#include <limits>

#include "lz4_header.hpp"
#include "xerial.hpp"

namespace kwire::protocol {

std::string_view name(codec type) noexcept {
  switch (type) {
    case codec::none: return "none";
    case codec::gzip: return "gzip";
    case codec::snappy: return "snappy";
    case codec::lz4: return "lz4";
    case codec::zstd: return "zstd";
  }
  return {};
}

std::optional<codec> parse_codec(std::string_view text) noexcept {
  for (const auto type : {codec::none, codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    if (name(type) == text) return type;
  }
  return std::nullopt;
}

std::optional<level_range> levels(codec type) noexcept {
  switch (type) {
    case codec::gzip: return level_range{1, 9, -1};
    case codec::lz4: return level_range{1, 17, 9};
    case codec::zstd: return level_range{-131072, 22, 3};
    case codec::none:
    case codec::snappy: break;
  }
  return std::nullopt;
}

struct compressor::state {
  state() = default;
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    if (gzip_level != no_level) deflateEnd(&gzip);
    LZ4F_freeCompressionContext(lz4);
    ZSTD_freeCCtx(zstd);
  }

  std::size_t run_gzip(int level, bytes_view in, bytes& out);
  std::size_t run_snappy(bytes_view in, bytes& out, snappy_flavor flavor);
  std::size_t run_lz4(int level, bytes_view in, bytes& out, lz4_flavor flavor);
  std::size_t run_zstd(int level, bytes_view in, bytes& out);

  static constexpr int no_level = std::numeric_limits<int>::min();
  z_stream gzip{};
  int gzip_level = no_level;
  LZ4F_cctx* lz4 = nullptr;
  ZSTD_CCtx* zstd = nullptr;
  bytes scratch;
};

namespace {

constexpr std::size_t failed = std::numeric_limits<std::size_t>::max();

void make_room(bytes& out, std::size_t size) {
  if (out.size() < size) out.resize(size);
}

char* chars(std::byte* at) noexcept { return reinterpret_cast<char*>(at); }
const char* chars(const std::byte* at) noexcept { return reinterpret_cast<const char*>(at); }

/// Kafka's default, 9, means the fast compressor there (KIP-390) and all others the high-compression one.
int lz4_frame_level(int level) noexcept { return level == 9 ? 0 : std::clamp(level, 3, 12); }

}  // namespace

std::size_t compressor::state::run_gzip(int level, bytes_view in, bytes& out) {
  if (in.size() > std::numeric_limits<uInt>::max() / 2) return failed;
  if (gzip_level != level) {
    if (gzip_level != no_level) deflateEnd(&gzip);
    gzip_level = no_level;
    gzip = z_stream{};
    constexpr int gzip_wrapper = 16;
    if (deflateInit2(&gzip, level, Z_DEFLATED, 15 + gzip_wrapper, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      return failed;
    gzip_level = level;
  } else if (deflateReset(&gzip) != Z_OK) {
    return failed;
  }
  make_room(out, deflateBound(&gzip, in.size()));
  gzip.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
  gzip.avail_in = static_cast<uInt>(in.size());
  gzip.next_out = reinterpret_cast<Bytef*>(out.data());
  gzip.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), std::numeric_limits<uInt>::max()));
  if (deflate(&gzip, Z_FINISH) != Z_STREAM_END) return failed;
  return gzip.total_out;
}

std::size_t compressor::state::run_snappy(bytes_view in, bytes& out, snappy_flavor flavor) {
  std::size_t size = 0;
  if (flavor == snappy_flavor::bare) {
    make_room(out, snappy::MaxCompressedLength(in.size()));
    snappy::RawCompress(chars(in.data()), in.size(), chars(out.data()), &size);
    return size;
  }
  const auto blocks = in.size() / xerial::block_size + 1;
  make_room(out, xerial::header_size + blocks * (4 + snappy::MaxCompressedLength(xerial::block_size)));
  std::memcpy(out.data(), xerial::magic.data(), xerial::magic.size());
  store<std::int32_t>(out.data() + 8, 1);   // version
  store<std::int32_t>(out.data() + 12, 1);  // oldest version that can read it
  auto* at = out.data() + xerial::header_size;
  while (!in.empty()) {
    const auto block = in.first(std::min(in.size(), xerial::block_size));
    snappy::RawCompress(chars(block.data()), block.size(), chars(at + 4), &size);
    store(at, static_cast<std::int32_t>(size));
    at += 4 + size;
    in = in.subspan(block.size());
  }
  return static_cast<std::size_t>(at - out.data());
}

std::size_t compressor::state::run_lz4(int level, bytes_view in, bytes& out, lz4_flavor flavor) {
  if (lz4 == nullptr && LZ4F_isError(LZ4F_createCompressionContext(&lz4, LZ4F_VERSION)) != 0) return failed;
  // Java reads frames of independent blocks alone, and writes blocks of 64 KiB.
  LZ4F_preferences_t how{};
  how.frameInfo.blockSizeID = LZ4F_max64KB;
  how.frameInfo.blockMode = LZ4F_blockIndependent;
  how.compressionLevel = lz4_frame_level(level);
  how.autoFlush = 1;
  make_room(out, LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(in.size(), &how));
  const auto header = LZ4F_compressBegin(lz4, out.data(), out.size(), &how);
  if (LZ4F_isError(header) != 0) return failed;
  auto size = header;
  for (const bool last : {false, true}) {
    auto* to = out.data() + size;
    const auto room = out.size() - size;
    const auto part = last ? LZ4F_compressEnd(lz4, to, room, nullptr)
                           : LZ4F_compressUpdate(lz4, to, room, in.data(), in.size(), nullptr);
    if (LZ4F_isError(part) != 0) return failed;
    size += part;
  }
  if (flavor == lz4_flavor::legacy_header_checksum) {
    out[header - 1] = lz4_frame::checksum(bytes_view{out}.first(header - 1));
  }
  return size;
}

std::size_t compressor::state::run_zstd(int level, bytes_view in, bytes& out) {
  if (zstd == nullptr) zstd = ZSTD_createCCtx();
  if (zstd == nullptr) return failed;
  if (ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, level)) != 0) return failed;
  make_room(out, ZSTD_compressBound(in.size()));
  const auto size = ZSTD_compress2(zstd, out.data(), out.size(), in.data(), in.size());
  return ZSTD_isError(size) != 0 ? failed : size;
}

compressor::compressor() = default;
compressor::compressor(compressor&&) noexcept = default;
compressor& compressor::operator=(compressor&&) noexcept = default;
compressor::~compressor() = default;

wire_result<bytes_view> compressor::compress(compression how, bytes_view in, bytes& out, lz4_flavor lz4,
                                             snappy_flavor snappy) {
  if (how.type == codec::none) return in;
  if (name(how.type).empty()) return wire_error{wire_errc::unknown_codec};
  int level = 0;
  if (const auto range = levels(how.type)) {
    level = how.level.value_or(range->fallback);
    if (!range->contains(level)) return wire_error{wire_errc::not_representable, 0, "level"};
  }
  if (!state_) state_ = std::make_unique<state>();
  std::size_t size = failed;
  switch (how.type) {
    case codec::none: break;
    case codec::gzip: size = state_->run_gzip(level, in, out); break;
    case codec::snappy: size = state_->run_snappy(in, out, snappy); break;
    case codec::lz4: size = state_->run_lz4(level, in, out, lz4); break;
    case codec::zstd: size = state_->run_zstd(level, in, out); break;
  }
  if (size == failed) return wire_error{wire_errc::bad_compression};  // out of memory, or above 2 GiB
  return bytes_view{out}.first(size);
}

wire_result<bytes_view> compressor::compress(compression how, bytes_view in, lz4_flavor lz4) {
  if (!state_) state_ = std::make_unique<state>();
  return compress(how, in, state_->scratch, lz4);
}

}  // namespace kwire::protocol
