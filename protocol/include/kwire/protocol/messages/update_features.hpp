#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct update_features_response;

struct update_features_request {
  using response = update_features_response;
  static constexpr message_info info{
      "UpdateFeaturesRequest", api::update_features, direction::request, {0, 2}, 0};
  static constexpr api_facts facts{route::controller, "2.7 3.3 4.0"};

  struct feature_update {
    std::string feature;
    std::int16_t max_version_level = 0;
    bool allow_downgrade = false;  ///< version 0
    std::int8_t upgrade_type = 1;  ///< from version 1 on
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t timeout_ms = 60000;
  std::vector<feature_update> feature_updates;
  bool validate_only = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct update_features_response {
  static constexpr message_info info{
      "UpdateFeaturesResponse", api::update_features, direction::response, {0, 2}, 0};

  struct result {
    std::string feature;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message = "";
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message = "";
  std::vector<result> results;  ///< up to version 1
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
