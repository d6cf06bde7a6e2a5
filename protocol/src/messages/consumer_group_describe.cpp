#include <kwire/protocol/messages/consumer_group_describe.hpp>

namespace kwire::protocol {

void consumer_group_describe_request::describe(visitor& v) {
  v("group_ids", group_ids);
  v("include_authorized_operations", include_authorized_operations);
}

void consumer_group_describe_response::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void consumer_group_describe_response::assigned::describe(visitor& v) {
  v("topic_partitions", topic_partitions);
}

void consumer_group_describe_response::member::describe(visitor& v) {
  v("member_id", member_id);
  v("instance_id", instance_id, all.null().def_null());
  v("rack_id", rack_id, all.null().def_null());
  v("member_epoch", member_epoch);
  v("client_id", client_id);
  v("client_host", client_host);
  v("subscribed_topic_names", subscribed_topic_names);
  v("subscribed_topic_regex", subscribed_topic_regex, all.null().def_null());
  v("assignment", assignment);
  v("target_assignment", target_assignment);
  v("member_type", member_type, since(1).def(-1).ignorable());
}

void consumer_group_describe_response::group::describe(visitor& v) {
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

void consumer_group_describe_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("groups", groups);
}

}  // namespace kwire::protocol
