#include <kwire/protocol/messages/describe_groups.hpp>

namespace kwire::protocol {

void describe_groups_request::describe(visitor& v) {
  v("groups", groups);
  v("include_authorized_operations", include_authorized_operations, since(3));
}

void describe_groups_response::member::describe(visitor& v) {
  v("member_id", member_id);
  v("group_instance_id", group_instance_id, since(4).null(4).def_null().ignorable());
  v("client_id", client_id);
  v("client_host", client_host);
  v("member_metadata", member_metadata);
  v("member_assignment", member_assignment);
}

void describe_groups_response::group::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, since(6).null(6).def_null());
  v("group_id", group_id);
  v("group_state", group_state);
  v("protocol_type", protocol_type);
  v("protocol_data", protocol_data);
  v("members", members);
  v("authorized_operations", authorized_operations, since(3).def(INT32_MIN));
}

void describe_groups_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("groups", groups);
}

}  // namespace kwire::protocol
