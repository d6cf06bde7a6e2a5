#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "decode/traffic.hpp"
#include "proxy/address_rewriter.hpp"

namespace kwire::cli {

/// Stands in front of a cluster and shows what passes. Every broker that answers name gets a port here, so
/// that all of a client's connections stay inside.
class decoding_proxy {
 public:
  /// Listens at once; port 0 takes a free one. Throws `failure`.
  decoding_proxy(const broker_address& listen, const broker_address& to, traffic& shown, output& out);
  ~decoding_proxy();
  decoding_proxy(const decoding_proxy&) = delete;
  decoding_proxy& operator=(const decoding_proxy&) = delete;

  /// Where it listens for what goes to the given address.
  std::uint16_t port() const noexcept { return port_; }
  /// Works on this thread until a stop is asked for, then closes everything.
  void run(std::stop_token stop);

 private:
  class relay;
  class state;
  std::shared_ptr<state> state_;
  std::uint16_t port_ = 0;
};

/// Reads `host:port` and `[v6]:port`. Throws `usage_error` that begins with `option`.
broker_address parse_address(std::string_view option, std::string_view text);

}  // namespace kwire::cli
