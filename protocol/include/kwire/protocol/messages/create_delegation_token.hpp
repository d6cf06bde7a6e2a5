#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct create_delegation_token_response;

struct create_delegation_token_request {
  using response = create_delegation_token_response;
  static constexpr message_info info{
      "CreateDelegationTokenRequest", api::create_delegation_token, direction::request, {0, 3}, 2};
  static constexpr api_facts facts{route::any_broker, "1.1 2.0 2.4 3.3", 1};

  struct renewer {
    std::string principal_type;
    std::string principal_name;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::string> owner_principal_type = "";
  std::optional<std::string> owner_principal_name = "";
  std::vector<renewer> renewers;
  std::int64_t max_lifetime_ms = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct create_delegation_token_response {
  static constexpr message_info info{
      "CreateDelegationTokenResponse", api::create_delegation_token, direction::response, {0, 3}, 2};

  std::int16_t error_code = 0;
  std::string principal_type;
  std::string principal_name;
  std::string token_requester_principal_type;
  std::string token_requester_principal_name;
  std::int64_t issue_timestamp_ms = 0;
  std::int64_t expiry_timestamp_ms = 0;
  std::int64_t max_timestamp_ms = 0;
  std::string token_id;
  bytes hmac;
  std::int32_t throttle_time_ms = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
