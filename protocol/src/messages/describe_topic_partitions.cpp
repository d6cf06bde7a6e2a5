#include <kwire/protocol/messages/describe_topic_partitions.hpp>

namespace kwire::protocol {

void describe_topic_partitions_request::topic::describe(visitor& v) { v("name", name); }

void describe_topic_partitions_request::position::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partition_index", partition_index);
}

void describe_topic_partitions_request::describe(visitor& v) {
  v("topics", topics);
  v("response_partition_limit", response_partition_limit, all.def(2000));
  v("cursor", cursor, all.null().def_null());
}

void describe_topic_partitions_response::partition::describe(visitor& v) {
  v("error_code", error_code);
  v("partition_index", partition_index);
  v("leader_id", leader_id);
  v("leader_epoch", epoch, all.def(-1).ignorable());
  v("replica_nodes", replica_nodes);
  v("isr_nodes", isr_nodes);
  v("eligible_leader_replicas", eligible_leader_replicas, all.null().def_null());
  v("last_known_elr", last_known_elr, all.null().def_null());
  v("offline_replicas", offline_replicas, all.ignorable());
}

void describe_topic_partitions_response::topic::describe(visitor& v) {
  v("error_code", error_code);
  v("name", name, all.null().key());
  v("topic_id", topic_id, all.ignorable());
  v("is_internal", is_internal, all.ignorable());
  v("partitions", partitions);
  v("topic_authorized_operations", topic_authorized_operations, all.def(INT32_MIN));
}

void describe_topic_partitions_response::position::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partition_index", partition_index);
}

void describe_topic_partitions_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, all.ignorable());
  v("topics", topics);
  v("next_cursor", next_cursor, all.null().def_null());
}

}  // namespace kwire::protocol
