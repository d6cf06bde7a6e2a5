#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <utility>

namespace kwire::protocol {

struct envelope_response;

struct envelope_request {
  using response = envelope_response;
  static constexpr message_info info{"EnvelopeRequest", api::envelope, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::inter_broker, "2.8"};

  bytes request_data;
  std::optional<bytes> request_principal{std::in_place};
  bytes client_host_address;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct envelope_response {
  static constexpr message_info info{"EnvelopeResponse", api::envelope, direction::response, {0, 0}, 0};

  std::optional<bytes> response_data;
  std::int16_t error_code = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
