#pragma once

#include <kwire/protocol/messages/all.hpp>

namespace kwire::protocol {

/// The version of the header in front of a request or response.
std::int16_t header_version(const message_info& info, std::int16_t version) noexcept;

/// A request or response without its length field, taken apart for printers and tests: any key, any version,
/// no type known beforehand. Record sets are views into the frame, which must live as long.
struct frame {
  any_message header;  ///< a `request_header` or `response_header`
  any_message body;
  std::int16_t version = 0;  ///< of the body
  std::size_t body_at = 0;   ///< octets in front of the body

  std::int16_t header_version() const noexcept { return protocol::header_version(body.info(), version); }
};

/// Reads a request: the header tells key and version. What is wrong is told with its offset in the frame and
/// its path, `header.` in front for the header's fields. Unknown keys and versions are `unsupported_version`;
/// octets behind the body are refused.
[[nodiscard]] wire_result<frame> decode_request_frame(bytes_view octets);

/// Reads a response, whose key and version only its request tells.
[[nodiscard]] wire_result<frame> decode_response_frame(bytes_view octets, api key, std::int16_t version);

/// Appends header and body.
[[nodiscard]] wire_result<void> encode_frame(const frame& from, writer& out);

}  // namespace kwire::protocol
