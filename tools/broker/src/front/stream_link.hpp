#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <cstring>
#include <deque>
#include <kwire/protocol/wire/reader.hpp>
#include <span>

#include "front/link.hpp"

namespace kwire::embedded {

/// A link over a stream of Asio's: a socket, or TLS on one.
template <class Stream>
class stream_link final : public link {
 public:
  using error_code = boost::system::error_code;
  using const_buffer = boost::asio::const_buffer;

  stream_link(Stream stream, events to);

  void start() override { read_some(); }
  void resume() override;
  void send(encoded_frame content) override;
  void finish() override;
  void close() override;
  bool is_congested() const noexcept override { return outgoing_.size() > most_outgoing; }

 private:
  static constexpr std::size_t most_outgoing = 16;
  static constexpr std::size_t staging_octets = 16 * 1024;
  static constexpr std::size_t length_octets = 4;
  static constexpr std::size_t most_buffers = 64;  // that Asio hands to one sendmsg

  std::shared_ptr<stream_link> self() { return std::static_pointer_cast<stream_link>(shared_from_this()); }
  bool is_open() { return stream_.lowest_layer().is_open(); }
  void read_some();
  void cut_frames();
  void read_rest(std::size_t size, std::size_t have);
  bool deliver(frame content);
  void write_some();
  void gather(const encoded_frame& content);

  Stream stream_;
  events events_;
  std::array<std::byte, staging_octets> staging_;
  std::size_t staged_from_ = 0;
  std::size_t staged_to_ = 0;
  bool paused_ = false;
  bool reading_ = false;
  bool finishing_ = false;
  bool writing_ = false;
  std::deque<encoded_frame> outgoing_;
  std::vector<const_buffer> buffers_;  ///< of what is being written, from `written_` on
  std::size_t written_ = 0;
  std::size_t in_buffers_ = 0;  ///< frames that `buffers_` shows
};

template <class Stream>
stream_link<Stream>::stream_link(Stream stream, events to)
    : stream_(std::move(stream)), events_(std::move(to)) {
  error_code ignored;
  auto& socket = stream_.lowest_layer();
  socket.set_option(tcp::no_delay{true}, ignored);
  const auto peer = socket.remote_endpoint(ignored);
  address_ = peer.address().to_string() + ":" + std::to_string(peer.port());
}

template <class Stream>
void stream_link<Stream>::resume() {
  if (!paused_) return;
  paused_ = false;
  cut_frames();
}

/// Small requests come through the staging buffer, several at a time. Of a large one only the beginning
/// does; the rest is read straight into the frame, which the log will keep.
template <class Stream>
void stream_link<Stream>::read_some() {
  if (reading_ || paused_ || finishing_ || !is_open()) return;
  if (staged_from_ > 0) {
    std::memmove(staging_.data(), staging_.data() + staged_from_, staged_to_ - staged_from_);
    staged_to_ -= staged_from_;
    staged_from_ = 0;
  }
  reading_ = true;
  const boost::asio::mutable_buffer room{staging_.data() + staged_to_, staging_.size() - staged_to_};
  stream_.async_read_some(room, [self = self()](error_code error, std::size_t count) {
    self->reading_ = false;
    if (error) return self->close();
    self->staged_to_ += count;
    self->cut_frames();
  });
}

template <class Stream>
void stream_link<Stream>::cut_frames() {
  while (!paused_ && is_open() && staged_to_ - staged_from_ >= length_octets) {
    const auto* at = staging_.data() + staged_from_;
    const auto announced = protocol::reader::load<std::int32_t>(at);
    if (announced < 0 || announced > request_limit()) return close();
    const auto size = static_cast<std::size_t>(announced);
    const auto have = std::min(size, staged_to_ - staged_from_ - length_octets);
    // What will fit into staging as a whole is waited for there.
    if (have < size && size + length_octets <= staging_.size()) break;
    if (have < size) return read_rest(size, have);
    frame content{std::make_shared_for_overwrite<std::byte[]>(size), size};
    std::memcpy(content.storage.get(), at + length_octets, size);
    staged_from_ += length_octets + size;
    if (!deliver(std::move(content))) return;
  }
  read_some();
}

template <class Stream>
void stream_link<Stream>::read_rest(std::size_t size, std::size_t have) {
  frame content{std::make_shared_for_overwrite<std::byte[]>(size), size};
  std::memcpy(content.storage.get(), staging_.data() + staged_from_ + length_octets, have);
  staged_from_ = staged_to_ = 0;
  reading_ = true;
  const boost::asio::mutable_buffer rest{content.storage.get() + have, size - have};
  // Asio's own condition would cut the reads into pieces of 64 KiB.
  const auto large_steps = [](const error_code& error, std::size_t) -> std::size_t {
    return error ? 0 : std::size_t{4} << 20;
  };
  boost::asio::async_read(stream_, rest, large_steps,
                          [self = self(), content](error_code error, std::size_t) {
                            self->reading_ = false;
                            if (error) return self->close();
                            if (self->deliver(content)) self->cut_frames();
                          });
}

template <class Stream>
bool stream_link<Stream>::deliver(frame content) {
  paused_ = !events_.on_frame(std::move(content));
  return !paused_ && is_open();
}

template <class Stream>
void stream_link<Stream>::send(encoded_frame content) {
  if (finishing_) return;
  outgoing_.push_back(std::move(content));
  if (!writing_) write_some();
}

template <class Stream>
void stream_link<Stream>::finish() {
  if (outgoing_.empty()) return close();
  finishing_ = true;
}

template <class Stream>
void stream_link<Stream>::gather(const encoded_frame& content) {
  std::size_t from = 0;
  const auto head = [&](std::size_t to) {
    if (to > from) buffers_.emplace_back(content.head.data() + from, to - from);
    from = to;
  };
  for (const auto& piece : content.pieces) {
    head(piece.at);
    buffers_.emplace_back(piece.slice.content.data(), piece.slice.content.size());
  }
  head(content.head.size());
}

template <class Stream>
void stream_link<Stream>::write_some() {
  if (!is_open()) return;
  if (written_ == buffers_.size()) {
    outgoing_.erase(outgoing_.begin(), outgoing_.begin() + static_cast<std::ptrdiff_t>(in_buffers_));
    buffers_.clear();
    written_ = in_buffers_ = 0;
    writing_ = !outgoing_.empty();
    if (!writing_) {
      if (finishing_) return close();
      if (paused_) events_.on_drained();
      return;
    }
    for (const auto& content : outgoing_) gather(content);
    in_buffers_ = outgoing_.size();
  }
  writing_ = true;
  const std::span<const const_buffer> left{buffers_.data() + written_,
                                           std::min(buffers_.size() - written_, most_buffers)};
  stream_.async_write_some(left, [self = self()](error_code error, std::size_t count) {
    if (error) return self->close();
    auto& at = self->written_;
    while (count > 0 && count >= self->buffers_[at].size()) count -= self->buffers_[at++].size();
    if (count > 0) self->buffers_[at] += count;
    self->write_some();
  });
}

template <class Stream>
void stream_link<Stream>::close() {
  if (!is_open()) return;
  error_code ignored;
  stream_.lowest_layer().shutdown(tcp::socket::shutdown_both, ignored);
  stream_.lowest_layer().close(ignored);
  if (events_.on_close) std::exchange(events_.on_close, nullptr)();
}

}  // namespace kwire::embedded
