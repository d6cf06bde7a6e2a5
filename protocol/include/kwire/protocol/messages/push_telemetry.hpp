#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>

namespace kwire::protocol {

struct push_telemetry_response;

struct push_telemetry_request {
  using response = push_telemetry_response;
  static constexpr message_info info{
      "PushTelemetryRequest", api::push_telemetry, direction::request, {0, 0}, 0};
  static constexpr api_facts facts{route::any_broker, "3.7"};

  uuid client_instance_id{};
  std::int32_t subscription_id = 0;
  bool terminating = false;
  std::int8_t compression_type = 0;
  bytes metrics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct push_telemetry_response {
  static constexpr message_info info{
      "PushTelemetryResponse", api::push_telemetry, direction::response, {0, 0}, 0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
