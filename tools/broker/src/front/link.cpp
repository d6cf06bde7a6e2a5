#include "front/link.hpp"

#include <algorithm>
#include <boost/asio/read.hpp>
#include <cstring>
#include <kwire/protocol/wire/reader.hpp>
#include <span>

namespace kwire::embedded {
namespace {

using boost::asio::const_buffer;
using boost::system::error_code;

constexpr std::size_t length_octets = 4;
constexpr std::int32_t most_request_octets = 100 * 1024 * 1024;  // Kafka's socket.request.max.bytes
constexpr std::size_t most_buffers = 64;                         // that Asio hands to one sendmsg

}  // namespace

link::link(tcp::socket socket, events to) : socket_(std::move(socket)), events_(std::move(to)) {
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  const auto peer = socket_.remote_endpoint(ignored);
  address_ = peer.address().to_string() + ":" + std::to_string(peer.port());
}

void link::resume() {
  if (!paused_) return;
  paused_ = false;
  cut_frames();
}

/// Small requests come through the staging buffer, several at a time. Of a large one only the beginning
/// does; the rest is read straight into the frame, which the log will keep.
void link::read_some() {
  if (reading_ || paused_ || finishing_ || !socket_.is_open()) return;
  if (staged_from_ > 0) {
    std::memmove(staging_.data(), staging_.data() + staged_from_, staged_to_ - staged_from_);
    staged_to_ -= staged_from_;
    staged_from_ = 0;
  }
  reading_ = true;
  const boost::asio::mutable_buffer room{staging_.data() + staged_to_, staging_.size() - staged_to_};
  socket_.async_read_some(room, [self = shared_from_this()](error_code error, std::size_t count) {
    self->reading_ = false;
    if (error) return self->close();
    self->staged_to_ += count;
    self->cut_frames();
  });
}

void link::cut_frames() {
  while (!paused_ && socket_.is_open() && staged_to_ - staged_from_ >= length_octets) {
    const auto* at = staging_.data() + staged_from_;
    const auto announced = protocol::reader::load<std::int32_t>(at);
    if (announced < 0 || announced > most_request_octets) return close();
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

void link::read_rest(std::size_t size, std::size_t have) {
  frame content{std::make_shared_for_overwrite<std::byte[]>(size), size};
  std::memcpy(content.storage.get(), staging_.data() + staged_from_ + length_octets, have);
  staged_from_ = staged_to_ = 0;
  reading_ = true;
  const boost::asio::mutable_buffer rest{content.storage.get() + have, size - have};
  // Asio's own condition would cut the reads into pieces of 64 KiB.
  const auto large_steps = [](const error_code& error, std::size_t) -> std::size_t {
    return error ? 0 : std::size_t{4} << 20;
  };
  boost::asio::async_read(socket_, rest, large_steps,
                          [self = shared_from_this(), content](error_code error, std::size_t) {
                            self->reading_ = false;
                            if (error) return self->close();
                            if (self->deliver(content)) self->cut_frames();
                          });
}

bool link::deliver(frame content) {
  paused_ = !events_.on_frame(std::move(content));
  return !paused_ && socket_.is_open();
}

void link::send(encoded_frame content) {
  if (finishing_) return;
  outgoing_.push_back(std::move(content));
  if (!writing_) write_some();
}

void link::finish() {
  if (outgoing_.empty()) return close();
  finishing_ = true;
}

void link::gather(const encoded_frame& content) {
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

void link::write_some() {
  if (!socket_.is_open()) return;
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
  socket_.async_write_some(left, [self = shared_from_this()](error_code error, std::size_t count) {
    if (error) return self->close();
    auto& at = self->written_;
    while (count > 0 && count >= self->buffers_[at].size()) count -= self->buffers_[at++].size();
    if (count > 0) self->buffers_[at] += count;
    self->write_some();
  });
}

void link::close() {
  if (!socket_.is_open()) return;
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  if (events_.on_close) std::exchange(events_.on_close, nullptr)();
}

}  // namespace kwire::embedded
