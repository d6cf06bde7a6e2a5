#include <kwire/protocol/messages/get_telemetry_subscriptions.hpp>

namespace kwire::protocol {

void get_telemetry_subscriptions_request::describe(visitor& v) {
  v("client_instance_id", client_instance_id);
}

void get_telemetry_subscriptions_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("client_instance_id", client_instance_id);
  v("subscription_id", subscription_id);
  v("accepted_compression_types", accepted_compression_types);
  v("push_interval_ms", push_interval_ms);
  v("telemetry_max_bytes", telemetry_max_bytes);
  v("delta_temporality", delta_temporality);
  v("requested_metrics", requested_metrics);
}

}  // namespace kwire::protocol
