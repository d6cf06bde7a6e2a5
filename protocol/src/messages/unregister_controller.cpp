#include <kwire/protocol/messages/unregister_controller.hpp>

namespace kwire::protocol {

void unregister_controller_request::describe(visitor& v) { v("controller_id", controller_id); }

void unregister_controller_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
}

}  // namespace kwire::protocol
