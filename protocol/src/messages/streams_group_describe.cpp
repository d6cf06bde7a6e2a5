#include <kwire/protocol/messages/streams_group_describe.hpp>

namespace kwire::protocol {

void streams_group_describe_request::describe(visitor& v) {
  v("group_ids", group_ids);
  v("include_authorized_operations", include_authorized_operations);
  v("include_topology_description", include_topology_description, since(1));
}

void streams_group_describe_response::key_value::describe(visitor& v) {
  v("key", key);
  v("value", value);
}

void streams_group_describe_response::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
  v("replication_factor", replication_factor);
  v("topic_configs", topic_configs);
}

void streams_group_describe_response::subtopology::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("source_topics", source_topics);
  v("repartition_sink_topics", repartition_sink_topics);
  v("state_changelog_topics", state_changelog_topics);
  v("repartition_source_topics", repartition_source_topics);
}

void streams_group_describe_response::topology_info::describe(visitor& v) {
  v("epoch", epoch);
  v("subtopologies", subtopologies, all.null().def_null());
}

void streams_group_describe_response::endpoint::describe(visitor& v) {
  v("host", host);
  v("port", port);
}

void streams_group_describe_response::task_offset::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("partition", partition);
  v("offset", offset);
}

void streams_group_describe_response::task_ids::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("partitions", partitions);
}

void streams_group_describe_response::assigned::describe(visitor& v) {
  v("active_tasks", active_tasks);
  v("standby_tasks", standby_tasks);
  v("warmup_tasks", warmup_tasks);
}

void streams_group_describe_response::member::describe(visitor& v) {
  v("member_id", member_id);
  v("member_epoch", member_epoch);
  v("instance_id", instance_id, all.null().def_null());
  v("rack_id", rack_id, all.null().def_null());
  v("client_id", client_id);
  v("client_host", client_host);
  v("topology_epoch", topology_epoch);
  v("process_id", process_id);
  v("user_endpoint", user_endpoint, all.null().def_null());
  v("client_tags", client_tags);
  v("task_offsets", task_offsets);
  v("task_end_offsets", task_end_offsets);
  v("assignment", assignment);
  v("target_assignment", target_assignment);
  v("is_classic", is_classic);
}

void streams_group_describe_response::node::describe(visitor& v) {
  v("name", name, since(1));
  v("node_type", node_type, since(1));
  v("source_topics", source_topics, since(1));
  v("sink_topic", sink_topic, since(1).null(1).def_null());
  v("stores", stores, since(1));
  v("successors", successors, since(1));
}

void streams_group_describe_response::described_subtopology::describe(visitor& v) {
  v("subtopology_id", subtopology_id, since(1));
  v("nodes", nodes, since(1));
}

void streams_group_describe_response::global_store::describe(visitor& v) {
  v("source", source, since(1));
  v("processor", processor, since(1));
}

void streams_group_describe_response::description::describe(visitor& v) {
  v("subtopologies", subtopologies, since(1));
  v("global_stores", global_stores, since(1));
}

void streams_group_describe_response::group::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("group_id", group_id);
  v("group_state", group_state);
  v("group_epoch", group_epoch);
  v("assignment_epoch", assignment_epoch);
  v("topology", topology, all.null().def_null());
  v("members", members);
  v("authorized_operations", authorized_operations, all.def(INT32_MIN));
  v("topology_description", topology_description, since(1).null(1).def_null());
  v("topology_description_status", topology_description_status, since(1));
  v("assignor_name", assignor_name, since(1).null(1).def_null().ignorable());
}

void streams_group_describe_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("groups", groups);
}

}  // namespace kwire::protocol
