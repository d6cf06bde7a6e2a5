#include <kwire/protocol/messages/stored/streams_group.hpp>

namespace kwire::protocol {

void streams_group_metadata_key::describe(visitor& v) { v("group_id", group_id); }

void streams_group_metadata_value::config::describe(visitor& v) {
  v("key", key);
  v("value", value);
}

void streams_group_metadata_value::describe(visitor& v) {
  v("epoch", epoch);
  v("metadata_hash", metadata_hash);
  v("validated_topology_epoch", validated_topology_epoch, all.tag(0).def(-1));
  v("last_assignment_configs", last_assignment_configs, all.tag(1).null());
  v("stored_description_topology_epoch", stored_description_topology_epoch, all.tag(2).def(-1));
  v("failed_description_topology_epoch", failed_description_topology_epoch, all.tag(3).def(-1));
}

void streams_group_member_metadata_key::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
}

void streams_group_member_metadata_value::endpoint::describe(visitor& v) {
  v("host", host);
  v("port", port);
}

void streams_group_member_metadata_value::key_value::describe(visitor& v) {
  v("key", key);
  v("value", value);
}

void streams_group_member_metadata_value::describe(visitor& v) {
  v("instance_id", instance_id, all.null());
  v("rack_id", rack_id, all.null());
  v("client_id", client_id);
  v("client_host", client_host);
  v("rebalance_timeout_ms", rebalance_timeout_ms, all.def(-1));
  v("topology_epoch", topology_epoch);
  v("process_id", process_id);
  v("user_endpoint", user_endpoint, all.null().def_null());
  v("client_tags", client_tags);
}

void streams_group_target_assignment_metadata_key::describe(visitor& v) { v("group_id", group_id); }

void streams_group_target_assignment_metadata_value::describe(visitor& v) {
  v("assignment_epoch", assignment_epoch);
  v("assignment_timestamp", assignment_timestamp, all.tag(0).ignorable());
}

void streams_group_target_assignment_member_key::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
}

void streams_group_target_assignment_member_value::task_ids::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("partitions", partitions);
}

void streams_group_target_assignment_member_value::describe(visitor& v) {
  v("active_tasks", active_tasks);
  v("standby_tasks", standby_tasks);
  v("warmup_tasks", warmup_tasks);
}

void streams_group_current_member_assignment_key::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
}

void streams_group_current_member_assignment_value::task_ids::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("partitions", partitions);
  v("assignment_epochs", assignment_epochs, all.tag(0).null());
}

void streams_group_current_member_assignment_value::describe(visitor& v) {
  v("member_epoch", member_epoch);
  v("previous_member_epoch", previous_member_epoch);
  v("state", state);
  v("active_tasks", active_tasks);
  v("standby_tasks", standby_tasks);
  v("warmup_tasks", warmup_tasks);
  v("active_tasks_pending_revocation", active_tasks_pending_revocation);
  v("standby_tasks_pending_revocation", standby_tasks_pending_revocation);
  v("warmup_tasks_pending_revocation", warmup_tasks_pending_revocation);
}

void streams_group_topology_key::describe(visitor& v) { v("group_id", group_id); }

void streams_group_topology_value::config::describe(visitor& v) {
  v("key", key);
  v("value", value);
}

void streams_group_topology_value::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
  v("replication_factor", replication_factor);
  v("topic_configs", topic_configs);
}

void streams_group_topology_value::copartition_group::describe(visitor& v) {
  v("source_topics", source_topics);
  v("source_topic_regex", source_topic_regex);
  v("repartition_source_topics", repartition_source_topics);
}

void streams_group_topology_value::subtopology::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("source_topics", source_topics);
  v("source_topic_regex", source_topic_regex);
  v("state_changelog_topics", state_changelog_topics);
  v("repartition_sink_topics", repartition_sink_topics);
  v("repartition_source_topics", repartition_source_topics);
  v("copartition_groups", copartition_groups);
}

void streams_group_topology_value::describe(visitor& v) {
  v("epoch", epoch);
  v("subtopologies", subtopologies);
}

}  // namespace kwire::protocol
