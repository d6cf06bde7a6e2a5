#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct describe_user_scram_credentials_response;

struct describe_user_scram_credentials_request {
  using response = describe_user_scram_credentials_response;
  static constexpr message_info info{"DescribeUserScramCredentialsRequest",
                                     api::describe_user_scram_credentials,
                                     direction::request,
                                     {0, 0},
                                     0};
  static constexpr api_facts facts{route::any_broker, "2.7"};

  struct user {
    std::string name;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::vector<user>> users{std::in_place};  ///< null asks for all
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_user_scram_credentials_response {
  static constexpr message_info info{"DescribeUserScramCredentialsResponse",
                                     api::describe_user_scram_credentials,
                                     direction::response,
                                     {0, 0},
                                     0};

  struct credential {
    std::int8_t mechanism = 0;
    std::int32_t iterations = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct result {
    std::string user;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::vector<credential> credential_infos;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<result> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
