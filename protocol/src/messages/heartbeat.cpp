#include <kwire/protocol/messages/heartbeat.hpp>

namespace kwire::protocol {

void heartbeat_request::describe(visitor& v) {
  v("group_id", group_id);
  v("generation_id", generation);
  v("member_id", member_id);
  v("group_instance_id", group_instance_id, since(3).null(3).def_null());
}

void heartbeat_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("error_code", error_code);
}

}  // namespace kwire::protocol
