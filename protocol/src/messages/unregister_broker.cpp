#include <kwire/protocol/messages/unregister_broker.hpp>

namespace kwire::protocol {

void unregister_broker_request::describe(visitor& v) { v("broker_id", broker_id); }

void unregister_broker_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
}

}  // namespace kwire::protocol
