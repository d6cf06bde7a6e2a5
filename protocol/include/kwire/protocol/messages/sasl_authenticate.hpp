#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>

namespace kwire::protocol {

struct sasl_authenticate_response;

struct sasl_authenticate_request {
  using response = sasl_authenticate_response;
  static constexpr message_info info{
      "SaslAuthenticateRequest", api::sasl_authenticate, direction::request, {0, 2}, 2};
  static constexpr api_facts facts{route::connection, "1.0 2.2 2.5"};

  bytes auth_bytes;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct sasl_authenticate_response {
  static constexpr message_info info{
      "SaslAuthenticateResponse", api::sasl_authenticate, direction::response, {0, 2}, 2};

  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  bytes auth_bytes;
  std::int64_t session_lifetime_ms = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
