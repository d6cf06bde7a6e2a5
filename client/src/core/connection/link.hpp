#pragma once

#include <cstdint>
#include <kwire/client/error.hpp>
#include <kwire/protocol/wire/writer.hpp>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/frame.hpp"

namespace kwire::core {

/// One socket, from the decision to connect to the moment it is closed; numbers are not used again.
enum class link_id : std::uint64_t {};

/// A frame to be written, length prefix included. `keep` holds what the slices point into and must live
/// until the socket is done with them, however the request ends: a buffer that is reused while it is still
/// being sent would put one record's bytes into another's place.
struct outgoing_frame {
  bytes head;
  std::vector<protocol::gather_slice> slices;
  std::shared_ptr<const void> keep;

  std::size_t size() const noexcept {
    auto total = head.size();
    for (const auto& slice : slices) total += slice.content.size();
    return total;
  }
};

// What a connection wants from the network.
struct open_link {
  link_id id;
  std::string host;
  std::uint16_t port;
};
struct write_link {
  link_id id;
  outgoing_frame frame;
};
struct close_link {
  link_id id;
};
using link_command = std::variant<open_link, write_link, close_link>;

/// Says whether `length` (the first four octets of a frame) can be a Kafka answer of at most `limit`
/// octets; if not, what the peer seems to speak instead.
result<std::size_t> check_frame_length(std::int32_t length, std::size_t limit);

}  // namespace kwire::core
