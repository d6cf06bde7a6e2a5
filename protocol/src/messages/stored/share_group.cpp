#include <kwire/protocol/messages/stored/share_group.hpp>

namespace kwire::protocol {

void share_group_member_metadata_key::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
}

void share_group_member_metadata_value::describe(visitor& v) {
  v("rack_id", rack_id, all.null());
  v("client_id", client_id);
  v("client_host", client_host);
  v("subscribed_topic_names", subscribed_topic_names);
}

void share_group_metadata_key::describe(visitor& v) { v("group_id", group_id); }

void share_group_metadata_value::describe(visitor& v) {
  v("epoch", epoch);
  v("metadata_hash", metadata_hash);
}

void share_group_target_assignment_metadata_key::describe(visitor& v) { v("group_id", group_id); }

void share_group_target_assignment_metadata_value::describe(visitor& v) {
  v("assignment_epoch", assignment_epoch);
  v("assignment_timestamp", assignment_timestamp, all.tag(0).ignorable());
}

void share_group_target_assignment_member_key::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
}

void share_group_target_assignment_member_value::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void share_group_target_assignment_member_value::describe(visitor& v) {
  v("topic_partitions", topic_partitions);
}

void share_group_current_member_assignment_key::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
}

void share_group_current_member_assignment_value::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void share_group_current_member_assignment_value::describe(visitor& v) {
  v("member_epoch", member_epoch);
  v("previous_member_epoch", previous_member_epoch);
  v("state", state);
  v("assigned_partitions", assigned_partitions);
}

void share_group_state_partition_metadata_key::describe(visitor& v) { v("group_id", group_id); }

void share_group_state_partition_metadata_value::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void share_group_state_partition_metadata_value::deleting_topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("topic_name", topic_name);
}

void share_group_state_partition_metadata_value::describe(visitor& v) {
  v("initializing_topics", initializing_topics);
  v("initialized_topics", initialized_topics);
  v("deleting_topics", deleting_topics);
}

}  // namespace kwire::protocol
