#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>

namespace kwire::protocol {

void consumer_group_heartbeat_request::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void consumer_group_heartbeat_request::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
  v("member_epoch", member_epoch);
  v("instance_id", instance_id, all.null().def_null());
  v("rack_id", rack_id, all.null().def_null());
  v("rebalance_timeout_ms", rebalance_timeout_ms, all.def(-1));
  v("subscribed_topic_names", subscribed_topic_names, all.null().def_null());
  v("subscribed_topic_regex", subscribed_topic_regex, since(1).null(1).def_null());
  v("server_assignor", server_assignor, all.null().def_null());
  v("topic_partitions", topic_partitions, all.null().def_null());
}

void consumer_group_heartbeat_response::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void consumer_group_heartbeat_response::assigned::describe(visitor& v) {
  v("topic_partitions", topic_partitions);
}

void consumer_group_heartbeat_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("member_id", member_id, all.null().def_null());
  v("member_epoch", member_epoch);
  v("heartbeat_interval_ms", heartbeat_interval_ms);
  v("assignment", assignment, all.null().def_null());
}

}  // namespace kwire::protocol
