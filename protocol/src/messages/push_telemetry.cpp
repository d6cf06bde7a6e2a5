#include <kwire/protocol/messages/push_telemetry.hpp>

namespace kwire::protocol {

void push_telemetry_request::describe(visitor& v) {
  v("client_instance_id", client_instance_id);
  v("subscription_id", subscription_id);
  v("terminating", terminating);
  v("compression_type", compression_type);
  v("metrics", metrics);
}

void push_telemetry_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
}

}  // namespace kwire::protocol
