#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <kwire/protocol/api.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <string>

namespace kwire::cli {

struct broker_address {
  std::string host;
  std::int32_t port = 0;
  friend auto operator<=>(const broker_address&, const broker_address&) = default;
};

/// Gives an address for another.
using address_map = std::function<broker_address(const broker_address&)>;

/// Puts other addresses of brokers into the responses of one connection, so that clients come back through
/// whoever stands in the middle. Everything else passes unchanged, held no longer than needed.
class address_rewriter {
 public:
  explicit address_rewriter(address_map to) : to_(std::move(to)) {}

  /// Octets of the client, in chunks of any size: what is asked is noted.
  void request(bytes_view octets);
  /// Octets of the broker; gives what to send to the client.
  bytes response(bytes_view octets);

 private:
  struct question {
    std::int32_t correlation;
    api key;
    std::int16_t version;
  };
  /// Cuts a stream into frames, of which the beginning is looked at first.
  struct cutter {
    bytes held;
    std::uint64_t pass = 0;  ///< octets of the present frame that nobody looks at
    bool given_up = false;   ///< this is no stream of frames
  };
  bool take_response(bytes& out);
  bytes rewritten(const question& asked, bytes_view frame) const;

  address_map to_;
  cutter requests_, responses_;
  std::deque<question> asked_;
};

/// Changes every broker address in a message: all structures with a host and a port.
void rewrite_addresses(protocol::message_ref message, std::int16_t version, const address_map& to);

}  // namespace kwire::cli
