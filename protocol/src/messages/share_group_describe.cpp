#include <kwire/protocol/messages/share_group_describe.hpp>

namespace kwire::protocol {

void share_group_describe_request::describe(visitor& v) {
  v("group_ids", group_ids);
  v("include_authorized_operations", include_authorized_operations);
}

void share_group_describe_response::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void share_group_describe_response::assigned::describe(visitor& v) {
  v("topic_partitions", topic_partitions);
}

void share_group_describe_response::member::describe(visitor& v) {
  v("member_id", member_id);
  v("rack_id", rack_id, all.null().def_null());
  v("member_epoch", member_epoch);
  v("client_id", client_id);
  v("client_host", client_host);
  v("subscribed_topic_names", subscribed_topic_names);
  v("assignment", assignment);
}

void share_group_describe_response::group::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("group_id", group_id);
  v("group_state", group_state);
  v("group_epoch", group_epoch);
  v("assignment_epoch", assignment_epoch);
  v("assignor_name", assignor_name);
  v("members", members);
  v("authorized_operations", authorized_operations, all.def(INT32_MIN));
}

void share_group_describe_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("groups", groups);
}

}  // namespace kwire::protocol
