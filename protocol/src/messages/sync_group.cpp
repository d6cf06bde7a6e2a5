#include <kwire/protocol/messages/sync_group.hpp>

namespace kwire::protocol {

void sync_group_request::member_assignment::describe(visitor& v) {
  v("member_id", member_id);
  v("assignment", assignment);
}

void sync_group_request::describe(visitor& v) {
  v("group_id", group_id);
  v("generation_id", generation);
  v("member_id", member_id);
  v("group_instance_id", group_instance_id, since(3).null(3).def_null());
  v("protocol_type", protocol_type, since(5).null(5).def_null().ignorable());
  v("protocol_name", protocol_name, since(5).null(5).def_null().ignorable());
  v("assignments", assignments);
}

void sync_group_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("error_code", error_code);
  v("protocol_type", protocol_type, since(5).null(5).def_null().ignorable());
  v("protocol_name", protocol_name, since(5).null(5).def_null().ignorable());
  v("assignment", assignment);
}

}  // namespace kwire::protocol
