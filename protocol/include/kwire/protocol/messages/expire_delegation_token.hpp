#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>

namespace kwire::protocol {

struct expire_delegation_token_response;

struct expire_delegation_token_request {
  using response = expire_delegation_token_response;
  static constexpr message_info info{
      "ExpireDelegationTokenRequest", api::expire_delegation_token, direction::request, {0, 2}, 2};
  static constexpr api_facts facts{route::any_broker, "1.1 2.0 2.5", 1};

  bytes hmac;
  std::int64_t expiry_time_period_ms = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct expire_delegation_token_response {
  static constexpr message_info info{
      "ExpireDelegationTokenResponse", api::expire_delegation_token, direction::response, {0, 2}, 2};

  std::int16_t error_code = 0;
  std::int64_t expiry_timestamp_ms = 0;
  std::int32_t throttle_time_ms = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
