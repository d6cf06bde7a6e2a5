#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <kwire/protocol/records/compression.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <limits>

#include "lz4_header.hpp"
#include "xerial.hpp"

namespace kwire::protocol {
namespace {

/// The caller's buffer as a place that grows with what really comes out, never beyond the cap.
class sink {
 public:
  sink(bytes& out, std::size_t cap) noexcept : out_(out), cap_(cap) {}

  std::size_t written() const noexcept { return written_; }
  void wrote(std::size_t count) noexcept { written_ += count; }
  std::byte* at() noexcept { return out_.data() + written_; }
  std::size_t room() const noexcept { return std::min(out_.size(), cap_) - written_; }
  std::size_t left_to_cap() const noexcept { return cap_ - written_; }
  bool full() const noexcept { return written_ == cap_; }
  bytes_view content() const noexcept { return bytes_view{out_}.first(written_); }

  /// Makes room for `count` more octets, or for as many as the cap allows.
  void reserve(std::size_t count) {
    const auto size = written_ + std::min(count, cap_ - written_);
    if (out_.size() >= size) return;
    out_.reserve(size);  // resize alone might take up to twice as much
    out_.resize(size);
  }
  void grow() { reserve(std::max<std::size_t>(written_, 4096)); }

 private:
  bytes& out_;
  std::size_t cap_;
  std::size_t written_ = 0;
};

/// First guess of the room that `in` octets need; later a reused buffer has it already.
std::size_t guess(std::size_t in) noexcept { return std::max<std::size_t>(in * 4, 4096); }

}  // namespace

struct decompressor::state {
  state() = default;
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    if (gzip_ready) inflateEnd(&gzip);
    LZ4F_freeDecompressionContext(lz4);
    ZSTD_freeDCtx(zstd);
  }

  wire_errc run_gzip(bytes_view in, sink& out);
  wire_errc run_snappy(bytes_view in, sink& out);
  wire_errc run_snappy_block(bytes_view in, sink& out);
  wire_errc run_lz4(bytes_view in, sink& out, lz4_flavor flavor);
  wire_errc feed_lz4(bytes_view& in, sink& out, bool& frame_done);
  wire_errc run_zstd(bytes_view in, sink& out);

  z_stream gzip{};
  bool gzip_ready = false;
  LZ4F_dctx* lz4 = nullptr;
  ZSTD_DCtx* zstd = nullptr;
};

wire_errc decompressor::state::run_gzip(bytes_view in, sink& out) {
  if (in.size() > std::numeric_limits<uInt>::max()) return wire_errc::too_large;
  if (!gzip_ready) {
    constexpr int gzip_wrapper = 16;
    if (inflateInit2(&gzip, 15 + gzip_wrapper) != Z_OK) return wire_errc::bad_compression;
    gzip_ready = true;
  } else if (inflateReset(&gzip) != Z_OK) {
    return wire_errc::bad_compression;
  }
  out.reserve(guess(in.size()));
  gzip.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
  gzip.avail_in = static_cast<uInt>(in.size());
  while (true) {
    if (out.room() == 0) out.grow();
    // At the cap one octet of room beside the buffer tells "exactly as much" from "more".
    Bytef beyond = 0;
    const bool probing = out.full();
    gzip.next_out = probing ? &beyond : reinterpret_cast<Bytef*>(out.at());
    const auto room = probing ? 1 : std::min<std::size_t>(out.room(), std::numeric_limits<uInt>::max());
    gzip.avail_out = static_cast<uInt>(room);
    const auto status = inflate(&gzip, Z_NO_FLUSH);
    const auto produced = room - gzip.avail_out;
    if (probing && produced != 0) return wire_errc::too_large;
    out.wrote(produced);
    if (status == Z_STREAM_END) {
      if (gzip.avail_in == 0) return {};
      if (inflateReset(&gzip) != Z_OK) return wire_errc::bad_compression;  // the next member
    } else if (status != Z_OK || (gzip.avail_in == 0 && gzip.avail_out != 0)) {
      return wire_errc::bad_compression;
    }
  }
}

wire_errc decompressor::state::run_snappy_block(bytes_view in, sink& out) {
  const auto* from = reinterpret_cast<const char*>(in.data());
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(from, in.size(), &size)) return wire_errc::bad_compression;
  // Three octets make 64 at best, so a larger claim is a lie and must not be allocated.
  if (size / 22 > in.size()) return wire_errc::bad_compression;
  if (size > out.left_to_cap()) return wire_errc::too_large;
  out.reserve(size);
  if (!snappy::RawUncompress(from, in.size(), reinterpret_cast<char*>(out.at()))) {
    return wire_errc::bad_compression;
  }
  out.wrote(size);
  return {};
}

wire_errc decompressor::state::run_snappy(bytes_view in, sink& out) {
  if (!xerial::starts(in)) return run_snappy_block(in, out);
  out.reserve(guess(in.size()));
  reader input{in};
  while (input.remaining() != 0) {
    if (xerial::starts(input.rest())) {  // also in the middle: streams may be concatenated
      input.skip(xerial::magic.size());
      if (input.fixed<std::int32_t>() < 1) return wire_errc::bad_compression;  // version
      input.skip(4);
      continue;
    }
    const auto size = input.fixed<std::int32_t>();
    if (size < 0) return wire_errc::bad_compression;
    const auto block = input.take(static_cast<std::size_t>(size));
    if (!input.ok()) return wire_errc::bad_compression;
    if (const auto error = run_snappy_block(block, out); error != wire_errc{}) return error;
  }
  return {};
}

/// Runs until the frame ends or `in` is used up.
wire_errc decompressor::state::feed_lz4(bytes_view& in, sink& out, bool& frame_done) {
  while (!in.empty()) {
    if (out.room() == 0) out.grow();
    std::byte beyond{};
    const bool probing = out.full();
    auto produced = probing ? std::size_t{1} : out.room();
    auto consumed = in.size();
    const auto status =
        LZ4F_decompress(lz4, probing ? &beyond : out.at(), &produced, in.data(), &consumed, nullptr);
    if (LZ4F_isError(status) != 0) return wire_errc::bad_compression;
    if (probing && produced != 0) return wire_errc::too_large;
    out.wrote(produced);
    in = in.subspan(consumed);
    if (status == 0) {
      frame_done = true;
      return {};
    }
    if (consumed == 0 && produced == 0) return wire_errc::bad_compression;
  }
  return {};
}

wire_errc decompressor::state::run_lz4(bytes_view in, sink& out, lz4_flavor flavor) {
  if (lz4 == nullptr && LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION)) != 0) {
    return wire_errc::bad_compression;
  }
  out.reserve(guess(in.size()));
  while (!in.empty()) {
    LZ4F_resetDecompressionContext(lz4);
    bool frame_done = false;
    std::array<std::byte, lz4_frame::max_header_size> header{};
    bytes_view fixed_header;
    if (flavor == lz4_flavor::legacy_header_checksum) {
      // Neither form of the checksum is demanded, as in the Java client; the library wants the right one.
      const auto size = lz4_frame::header_size(in);
      if (size == 0) return wire_errc::bad_compression;
      std::memcpy(header.data(), in.data(), size);
      fixed_header = bytes_view{header}.first(size);
      header[size - 1] =
          lz4_frame::checksum(fixed_header.subspan(lz4_frame::magic_size, size - lz4_frame::magic_size - 1));
      in = in.subspan(size);
      if (const auto error = feed_lz4(fixed_header, out, frame_done); error != wire_errc{}) return error;
    }
    if (!frame_done) {
      if (const auto error = feed_lz4(in, out, frame_done); error != wire_errc{}) return error;
    }
    if (!frame_done) return wire_errc::bad_compression;
  }
  return {};
}

/// The library reads the formats of before version 1, too, whose decoders are old and keep to no cap. Nobody
/// has ever sent them by Kafka.
bool all_frames_current(bytes_view in) {
  while (!in.empty()) {
    if (in.size() < sizeof(std::uint32_t)) return false;
    std::uint32_t magic = 0;
    std::memcpy(&magic, in.data(), sizeof magic);  // little-endian, as the machines this is built for
    const bool skippable = (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
    if (magic != ZSTD_MAGICNUMBER && !skippable) return false;
    const auto size = ZSTD_findFrameCompressedSize(in.data(), in.size());
    if (ZSTD_isError(size) != 0 || size > in.size()) return false;
    in = in.subspan(size);
  }
  return true;
}

wire_errc decompressor::state::run_zstd(bytes_view in, sink& out) {
  if (zstd == nullptr) zstd = ZSTD_createDCtx();
  if (zstd == nullptr || !all_frames_current(in)) return wire_errc::bad_compression;
  const auto claimed = ZSTD_getFrameContentSize(in.data(), in.size());
  if (claimed == ZSTD_CONTENTSIZE_ERROR) return wire_errc::bad_compression;
  auto first = guess(in.size());
  if (claimed != ZSTD_CONTENTSIZE_UNKNOWN) {
    if (claimed > out.left_to_cap()) return wire_errc::too_large;
    first = std::min<std::size_t>(claimed, in.size() * 32);
  }
  out.reserve(std::max<std::size_t>(first, 1));
  // The whole frame at once needs no window of the size that the frame claims (up to 128 MiB in the
  // streaming form) and no copy out of it. Should the room not do, starting over is cheap: growth is
  // fourfold, and a reused buffer fits from the second batch on.
  while (true) {
    const auto size = ZSTD_decompressDCtx(zstd, out.at(), out.room(), in.data(), in.size());
    if (ZSTD_isError(size) == 0) {
      out.wrote(size);
      return {};
    }
    if (ZSTD_getErrorCode(size) != ZSTD_error_dstSize_tooSmall) return wire_errc::bad_compression;
    if (out.room() == out.left_to_cap()) return wire_errc::too_large;
    out.reserve(out.room() * 4);
  }
}

decompressor::decompressor() = default;
decompressor::decompressor(decompressor&&) noexcept = default;
decompressor& decompressor::operator=(decompressor&&) noexcept = default;
decompressor::~decompressor() = default;

wire_result<bytes_view> decompressor::decompress(codec type, bytes_view in, std::size_t cap, bytes& out,
                                                 lz4_flavor lz4) {
  if (type == codec::none) return in;
  if (name(type).empty()) return wire_error{wire_errc::unknown_codec};
  if (in.empty()) return wire_error{wire_errc::bad_compression};
  if (!state_) state_ = std::make_unique<state>();
  sink to{out, cap};
  wire_errc error{};
  switch (type) {
    case codec::none: break;
    case codec::gzip: error = state_->run_gzip(in, to); break;
    case codec::snappy: error = state_->run_snappy(in, to); break;
    case codec::lz4: error = state_->run_lz4(in, to, lz4); break;
    case codec::zstd: error = state_->run_zstd(in, to); break;
  }
  if (error != wire_errc{}) return wire_error{error};
  return to.content();
}

}  // namespace kwire::protocol
