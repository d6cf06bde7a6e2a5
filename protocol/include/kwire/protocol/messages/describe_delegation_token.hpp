#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct describe_delegation_token_response;

struct describe_delegation_token_request {
  using response = describe_delegation_token_response;
  static constexpr message_info info{
      "DescribeDelegationTokenRequest", api::describe_delegation_token, direction::request, {0, 3}, 2};
  static constexpr api_facts facts{route::any_broker, "1.1 2.0 2.5 3.3", 1};

  struct owner {
    std::string principal_type;
    std::string principal_name;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::vector<owner>> owners{std::in_place};  ///< null asks for all
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_delegation_token_response {
  static constexpr message_info info{
      "DescribeDelegationTokenResponse", api::describe_delegation_token, direction::response, {0, 3}, 2};

  struct renewer {
    std::string principal_type;
    std::string principal_name;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct token {
    std::string principal_type;
    std::string principal_name;
    std::string token_requester_principal_type;
    std::string token_requester_principal_name;
    std::int64_t issue_timestamp = 0;
    std::int64_t expiry_timestamp = 0;
    std::int64_t max_timestamp = 0;
    std::string token_id;
    bytes hmac;
    std::vector<renewer> renewers;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int16_t error_code = 0;
  std::vector<token> tokens;
  std::int32_t throttle_time_ms = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
