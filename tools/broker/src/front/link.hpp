#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "core/types.hpp"

namespace kwire::embedded {

/// One client connection: cuts the incoming bytes into frames and writes the outgoing ones. Lives on the
/// front's thread; its pending operations keep it alive.
class link : public std::enable_shared_from_this<link> {
 public:
  using tcp = boost::asio::ip::tcp;
  struct events {
    /// A whole request; false when the link is to stop reading until `resume`.
    std::function<bool(frame request)> on_frame;
    /// Everything is written while reading is stopped: a chance to `resume`.
    std::function<void()> on_drained;
    /// The connection is gone; called once.
    std::function<void()> on_close;
  };

  link(tcp::socket socket, events to);

  void start() { read_some(); }
  /// Goes on reading after `on_frame` said stop.
  void resume();
  void send(encoded_frame content);
  /// Hangs up after everything given to `send` is written.
  void finish();
  /// Hangs up at once.
  void close();
  bool is_congested() const noexcept { return outgoing_.size() > most_outgoing; }
  const std::string& address() const noexcept { return address_; }

 private:
  static constexpr std::size_t most_outgoing = 16;
  static constexpr std::size_t staging_octets = 16 * 1024;

  void read_some();
  void cut_frames();
  void read_rest(std::size_t size, std::size_t have);
  bool deliver(frame content);
  void write_some();
  void gather(const encoded_frame& content);

  tcp::socket socket_;
  events events_;
  std::string address_;
  std::array<std::byte, staging_octets> staging_;
  std::size_t staged_from_ = 0;
  std::size_t staged_to_ = 0;
  bool paused_ = false;
  bool reading_ = false;
  bool finishing_ = false;
  bool writing_ = false;
  std::deque<encoded_frame> outgoing_;
  std::vector<boost::asio::const_buffer> buffers_;  ///< of what is being written, from `written_` on
  std::size_t written_ = 0;
  std::size_t in_buffers_ = 0;  ///< frames that `buffers_` shows
};

}  // namespace kwire::embedded
