#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

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

  virtual ~link() = default;
  virtual void start() = 0;
  /// Goes on reading after `on_frame` said stop.
  virtual void resume() = 0;
  virtual void send(encoded_frame content) = 0;
  /// Hangs up after everything given to `send` is written.
  virtual void finish() = 0;
  /// Hangs up at once.
  virtual void close() = 0;
  virtual bool is_congested() const noexcept = 0;
  /// A request that announces more octets costs the connection. Kafka's socket.request.max.bytes unless set.
  void limit_requests(std::int32_t octets) noexcept { most_request_octets_ = octets; }
  std::int32_t request_limit() const noexcept { return most_request_octets_; }
  static constexpr std::int32_t most_request_octets = 100 * 1024 * 1024;
  /// Of the client, as host:port.
  const std::string& address() const noexcept { return address_; }

 protected:
  std::string address_;

 private:
  std::int32_t most_request_octets_ = most_request_octets;
};

std::shared_ptr<link> make_link(link::tcp::socket socket, link::events to);

}  // namespace kwire::embedded
