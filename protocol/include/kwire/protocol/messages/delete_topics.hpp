#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct delete_topics_response;

struct delete_topics_request {
  using response = delete_topics_response;
  static constexpr message_info info{
      "DeleteTopicsRequest", api::delete_topics, direction::request, {0, 6}, 4};
  static constexpr api_facts facts{route::controller, "0.10.1 0.11 2.0 2.1 2.4 2.7 2.8", 1};

  struct topic {
    std::optional<std::string> name;
    uuid topic_id{};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> topics;             ///< from version 6 on, by name or id
  std::vector<std::string> topic_names;  ///< up to version 5
  std::int32_t timeout_ms = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct delete_topics_response {
  static constexpr message_info info{
      "DeleteTopicsResponse", api::delete_topics, direction::response, {0, 6}, 4};

  struct topic {
    std::optional<std::string> name = "";
    uuid topic_id{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<topic> responses;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
