#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace kwire::test {

/// How a proxied connection behaves.
struct road {
  using milliseconds = std::chrono::milliseconds;

  /// A connection ends after a time between these, drawn when it begins; zero: never by itself.
  milliseconds shortest_life{0};
  milliseconds longest_life{0};
  /// Ends the next connection, and only that, after so many octets of answers.
  std::optional<std::size_t> cut_answers_after{};
  /// Ends by RST where the other end would see FIN.
  bool reset = false;
  /// Takes nothing more from that side, nor closes: half-open, or a peer that does not read.
  bool hold_requests = false;
  bool hold_answers = false;
  /// Passes answers on in pieces of so many octets with a pause between them; zero: as they come.
  std::size_t drip_octets = 0;
  milliseconds drip_pause{0};
};

/// A TCP relay that does to its connections what networks do. Listens on one address of 127.0.0.0/8 and
/// connects to another; with the same port on both, and the listener's host as the broker's advertised one,
/// clients never leave it. Runs a thread of its own; members may be called from any thread.
class link_proxy {
 public:
  /// Throws `boost::system::system_error` when the address cannot be listened on.
  link_proxy(const std::string& listen_host, const std::string& target_host, std::uint16_t port);
  link_proxy(const link_proxy&) = delete;
  link_proxy& operator=(const link_proxy&) = delete;
  ~link_proxy();

  /// For connections that there are (all but their ends) and those to come.
  void become(const road& how);
  /// Connections accepted so far.
  std::size_t accepted() const;

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace kwire::test
