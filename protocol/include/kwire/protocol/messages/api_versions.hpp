#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct api_versions_response;

struct api_versions_request {
  using response = api_versions_response;
  static constexpr message_info info{"ApiVersionsRequest", api::api_versions, direction::request, {0, 5}, 3};
  static constexpr api_facts facts{route::connection, "0.10 0.11 2.0 2.4 3.9 4.4"};

  std::string client_software_name;
  std::string client_software_version;
  std::optional<std::string> cluster_id;
  node_id node = no_node;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct api_versions_response {
  static constexpr message_info info{
      "ApiVersionsResponse", api::api_versions, direction::response, {0, 5}, 3};

  struct api_range {
    api api_key{};
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct supported_feature {
    std::string name;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct finalized_feature {
    std::string name;
    std::int16_t max_version_level = 0;
    std::int16_t min_version_level = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int16_t error_code = 0;
  std::vector<api_range> api_keys;
  std::int32_t throttle_time_ms = 0;
  std::vector<supported_feature> supported_features;
  std::int64_t finalized_features_epoch = -1;
  std::vector<finalized_feature> finalized_features;
  bool zk_migration_ready = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
