#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct create_topics_response;

struct create_topics_request {
  using response = create_topics_response;
  static constexpr message_info info{
      "CreateTopicsRequest", api::create_topics, direction::request, {0, 7}, 5};
  static constexpr api_facts facts{route::controller, "0.10.1 0.10.2 0.11 2.0 2.4 2.4 2.7 2.8", 2};

  struct assignment {
    partition_id partition_index{};
    std::vector<node_id> broker_ids;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct config {
    std::string name;
    std::optional<std::string> value = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::int32_t num_partitions = 0;
    std::int16_t replication_factor = 0;
    std::vector<assignment> assignments;
    std::vector<config> configs;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> topics;
  std::int32_t timeout_ms = 60000;
  bool validate_only = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct create_topics_response {
  static constexpr message_info info{
      "CreateTopicsResponse", api::create_topics, direction::response, {0, 7}, 5};

  struct config {
    std::string name;
    std::optional<std::string> value = "";
    bool read_only = false;
    std::int8_t config_source = -1;
    bool is_sensitive = false;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    uuid topic_id{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    std::int16_t topic_config_error_code = 0;
    std::int32_t num_partitions = -1;
    std::int16_t replication_factor = -1;
    std::optional<std::vector<config>> configs{std::in_place};
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
