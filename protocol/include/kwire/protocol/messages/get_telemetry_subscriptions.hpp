#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct get_telemetry_subscriptions_response;

struct get_telemetry_subscriptions_request {
  using response = get_telemetry_subscriptions_response;
  static constexpr message_info info{
      "GetTelemetrySubscriptionsRequest", api::get_telemetry_subscriptions, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::any_broker, "3.7"};

  uuid client_instance_id{};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct get_telemetry_subscriptions_response {
  static constexpr message_info info{
      "GetTelemetrySubscriptionsResponse", api::get_telemetry_subscriptions, direction::response, {0, 0}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  uuid client_instance_id{};
  std::int32_t subscription_id = 0;
  std::vector<std::int8_t> accepted_compression_types;
  std::int32_t push_interval_ms = 0;
  std::int32_t telemetry_max_bytes = 0;
  bool delta_temporality = false;
  std::vector<std::string> requested_metrics;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
