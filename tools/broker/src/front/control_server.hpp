#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <thread>

#include "front/control_api.hpp"
#include "front/listener_spec.hpp"

namespace kwire::embedded {

/// Serves a `control_api` by HTTP/1.1, on a thread of its own, so that whoever talks to it slowly or without
/// end keeps nobody else waiting: requests are small, have ten seconds, and only so many are heard at once.
class control_server {
 public:
  /// Throws `std::invalid_argument` for an address with a protocol, `boost::system::system_error` when the
  /// address cannot be listened on.
  control_server(const listener_spec& where, control_api api);
  control_server(const control_server&) = delete;
  control_server& operator=(const control_server&) = delete;
  ~control_server();

  const std::string& address() const noexcept { return address_; }

 private:
  void accept();

  control_api api_;
  std::atomic<std::size_t> open_{0};  ///< those who talk count themselves, and die with `io_` at the latest
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  std::string address_;
  std::thread thread_;
};

}  // namespace kwire::embedded
