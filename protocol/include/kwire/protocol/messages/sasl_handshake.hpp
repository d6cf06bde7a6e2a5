#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct sasl_handshake_response;

struct sasl_handshake_request {
  using response = sasl_handshake_response;
  static constexpr message_info info{"SaslHandshakeRequest", api::sasl_handshake, direction::request, {0, 1}};
  static constexpr api_facts facts{route::connection, "0.10 1.0"};

  std::string mechanism;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct sasl_handshake_response {
  static constexpr message_info info{
      "SaslHandshakeResponse", api::sasl_handshake, direction::response, {0, 1}};

  std::int16_t error_code = 0;
  std::vector<std::string> mechanisms;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
