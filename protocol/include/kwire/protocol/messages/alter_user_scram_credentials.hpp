#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct alter_user_scram_credentials_response;

struct alter_user_scram_credentials_request {
  using response = alter_user_scram_credentials_response;
  static constexpr message_info info{
      "AlterUserScramCredentialsRequest", api::alter_user_scram_credentials, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::controller, "2.7"};

  struct deletion {
    std::string name;
    std::int8_t mechanism = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct upsertion {
    std::string name;
    std::int8_t mechanism = 0;
    std::int32_t iterations = 0;
    bytes salt;
    bytes salted_password;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<deletion> deletions;
  std::vector<upsertion> upsertions;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct alter_user_scram_credentials_response {
  static constexpr message_info info{
      "AlterUserScramCredentialsResponse", api::alter_user_scram_credentials, direction::response, {0, 0}, 0};

  struct result {
    std::string user;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<result> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
