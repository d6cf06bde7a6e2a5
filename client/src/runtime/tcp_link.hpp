#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <kwire/client/error.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/config/client_settings.hpp"
#include "core/connection/link.hpp"
#include "runtime/buffer_pool.hpp"

namespace kwire::runtime {

/// Receives what happens on a link; called on the I/O thread, never from within a call to the link.
class link_events {
 public:
  virtual void opened(core::link_id id) = 0;
  virtual void received(core::link_id id, core::frame message) = 0;
  virtual void closed(core::link_id id, const error& why) = 0;

 protected:
  ~link_events() = default;
};

/// One TCP connection: resolves, connects to the first address that answers, writes frames in order with
/// gathered buffers, reads frames. Decides nothing.
class tcp_link : public std::enable_shared_from_this<tcp_link> {
 public:
  tcp_link(boost::asio::io_context& io, core::link_id id, const core::client_settings& settings,
           std::shared_ptr<buffer_pool> pool, link_events& events);

  void open(const std::string& host, std::uint16_t port);
  void write(core::outgoing_frame frame);
  /// No event comes after this. What is being written stays in memory until the socket lets go of it.
  void close();

 private:
  using tcp = boost::asio::ip::tcp;

  void connect(std::vector<tcp::endpoint> addresses, std::size_t next);
  void start();
  void flush();
  void written(const boost::system::error_code& failure);
  void read_more();
  void take_frames();
  void read_body(std::size_t length);
  void fail(const error& why);

  tcp::socket socket_;
  tcp::resolver resolver_;
  core::link_id id_;
  const core::client_settings* settings_;
  std::shared_ptr<buffer_pool> pool_;
  link_events* events_;
  bool closed_ = false;

  std::deque<core::outgoing_frame> queued_;
  std::vector<core::outgoing_frame> writing_;
  std::vector<boost::asio::const_buffer> gathered_;

  // Small answers arrive whole in the inbox, often several at once; the rest of a large one is read straight
  // into the buffer that the application will see.
  static constexpr std::size_t inbox_size = 64 * 1024;
  std::unique_ptr<std::byte[]> inbox_;
  std::size_t inbox_begin_ = 0;
  std::size_t inbox_end_ = 0;
};

}  // namespace kwire::runtime
