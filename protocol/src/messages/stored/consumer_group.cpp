#include <kwire/protocol/messages/stored/consumer_group.hpp>

namespace kwire::protocol {

void consumer_group_metadata_key::describe(visitor& v) { v("group_id", group_id); }

void consumer_group_metadata_value::describe(visitor& v) {
  v("epoch", epoch);
  v("metadata_hash", metadata_hash, all.tag(0));
}

void consumer_group_partition_metadata_key::describe(visitor& v) { v("group_id", group_id); }

void consumer_group_partition_metadata_value::partition::describe(visitor& v) {
  v("partition", index);
  v("racks", racks);
}

void consumer_group_partition_metadata_value::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("topic_name", topic_name);
  v("num_partitions", num_partitions);
  v("partition_metadata", partition_metadata);
}

void consumer_group_partition_metadata_value::describe(visitor& v) { v("topics", topics); }

void consumer_group_member_metadata_key::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
}

void consumer_group_member_metadata_value::classic_protocol::describe(visitor& v) {
  v("name", name);
  v("metadata", metadata);
}

void consumer_group_member_metadata_value::classic_member::describe(visitor& v) {
  v("session_timeout_ms", session_timeout_ms);
  v("supported_protocols", supported_protocols);
}

void consumer_group_member_metadata_value::describe(visitor& v) {
  v("instance_id", instance_id, all.null());
  v("rack_id", rack_id, all.null());
  v("client_id", client_id);
  v("client_host", client_host);
  v("subscribed_topic_names", subscribed_topic_names);
  v("subscribed_topic_regex", subscribed_topic_regex, all.null());
  v("rebalance_timeout_ms", rebalance_timeout_ms, all.def(-1));
  v("server_assignor", server_assignor, all.null());
  v("classic_member_metadata", classic_member_metadata, all.tag(0).null());
}

void consumer_group_target_assignment_metadata_key::describe(visitor& v) { v("group_id", group_id); }

void consumer_group_target_assignment_metadata_value::describe(visitor& v) {
  v("assignment_epoch", assignment_epoch);
  v("assignment_timestamp", assignment_timestamp, all.tag(0).ignorable());
}

void consumer_group_target_assignment_member_key::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
}

void consumer_group_target_assignment_member_value::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void consumer_group_target_assignment_member_value::describe(visitor& v) {
  v("topic_partitions", topic_partitions);
}

void consumer_group_current_member_assignment_key::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
}

void consumer_group_current_member_assignment_value::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
  v("assignment_epochs", assignment_epochs, all.tag(0).null());
}

void consumer_group_current_member_assignment_value::describe(visitor& v) {
  v("member_epoch", member_epoch);
  v("previous_member_epoch", previous_member_epoch);
  v("state", state);
  v("assigned_partitions", assigned_partitions);
  v("partitions_pending_revocation", partitions_pending_revocation);
}

void consumer_group_regular_expression_key::describe(visitor& v) {
  v("group_id", group_id);
  v("regular_expression", regular_expression);
}

void consumer_group_regular_expression_value::describe(visitor& v) {
  v("topics", topics);
  v("version", version);
  v("timestamp", timestamp);
}

}  // namespace kwire::protocol
