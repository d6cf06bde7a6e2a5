#include <kwire/protocol/messages/leave_group.hpp>

namespace kwire::protocol {

void leave_group_request::member::describe(visitor& v) {
  v("member_id", member_id, since(3));
  v("group_instance_id", group_instance_id, since(3).null(3).def_null());
  v("reason", reason, since(5).null(5).def_null().ignorable());
}

void leave_group_request::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id, until(2));
  v("members", members, since(3));
}

void leave_group_response::member::describe(visitor& v) {
  v("member_id", member_id, since(3));
  v("group_instance_id", group_instance_id, since(3).null(3));
  v("error_code", error_code, since(3));
}

void leave_group_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("error_code", error_code);
  v("members", members, since(3));
}

}  // namespace kwire::protocol
