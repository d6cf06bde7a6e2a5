#pragma once

#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>

namespace kwire::protocol {

/// Stands before every request body. Version 0 (ControlledShutdown 0) has no client id, version 2 adds
/// tagged fields; the client id keeps its non-compact form in all versions (KIP-511). Described for printers
/// and tests: requests are headed by the functions below, which need no version of the header.
struct request_header {
  static constexpr message_info info{"RequestHeader", no_api, direction::header, {0, 2}, 2};

  api key{};
  std::int16_t version = 0;
  correlation_id correlation{};
  std::optional<std::string> client_id = "";
  unknown_fields unknown{};
  void describe(visitor& v);
};

struct response_header {
  static constexpr message_info info{"ResponseHeader", no_api, direction::header, {0, 1}, 1};

  correlation_id correlation{};
  unknown_fields unknown{};
  void describe(visitor& v);
};

/// Appends the header that belongs to `info` at `header.version`.
void encode_header(const request_header& header, const message_info& info, writer& out);

/// Reads key, version, correlation id and client id; the tagged fields of flexible versions are read when
/// the caller has looked up the message: `skip_header_tags`.
[[nodiscard]] wire_result<request_header> decode_request_header(reader& in);

/// A response header: the correlation id, and tagged fields in flexible versions, except for ApiVersions,
/// whose response keeps the first header version so that any client can read it (KIP-511).
void encode_response_header(correlation_id correlation, const message_info& info, std::int16_t version,
                            writer& out);
[[nodiscard]] wire_result<correlation_id> decode_response_header(reader& in, const message_info& info,
                                                                 std::int16_t version);

/// Steps over a tagged field section.
void skip_header_tags(reader& in) noexcept;

}  // namespace kwire::protocol
