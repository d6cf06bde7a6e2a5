#include <kwire/protocol/messages/join_group.hpp>

namespace kwire::protocol {

void join_group_request::protocol::describe(visitor& v) {
  v("name", name, all.key());
  v("metadata", metadata);
}

void join_group_request::describe(visitor& v) {
  v("group_id", group_id);
  v("session_timeout_ms", session_timeout_ms);
  v("rebalance_timeout_ms", rebalance_timeout_ms, since(1).def(-1).ignorable());
  v("member_id", member_id);
  v("group_instance_id", group_instance_id, since(5).null(5).def_null());
  v("protocol_type", protocol_type);
  v("protocols", protocols);
  v("reason", reason, since(8).null(8).def_null().ignorable());
}

void join_group_response::member::describe(visitor& v) {
  v("member_id", member_id);
  v("group_instance_id", group_instance_id, since(5).null(5).def_null().ignorable());
  v("metadata", metadata);
}

void join_group_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(2).ignorable());
  v("error_code", error_code);
  v("generation_id", generation, all.def(-1));
  v("protocol_type", protocol_type, since(7).null(7).def_null().ignorable());
  v("protocol_name", protocol_name, all.null(7));
  v("leader", leader);
  v("skip_assignment", skip_assignment, since(9));
  v("member_id", member_id);
  v("members", members);
}

}  // namespace kwire::protocol
