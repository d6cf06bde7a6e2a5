#include <kwire/protocol/messages/streams_group_heartbeat.hpp>

namespace kwire::protocol {

void streams_group_heartbeat_request::key_value::describe(visitor& v) {
  v("key", key);
  v("value", value);
}

void streams_group_heartbeat_request::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
  v("replication_factor", replication_factor);
  v("topic_configs", topic_configs);
}

void streams_group_heartbeat_request::copartition_group::describe(visitor& v) {
  v("source_topics", source_topics);
  v("source_topic_regex", source_topic_regex);
  v("repartition_source_topics", repartition_source_topics);
}

void streams_group_heartbeat_request::subtopology::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("source_topics", source_topics);
  v("source_topic_regex", source_topic_regex);
  v("state_changelog_topics", state_changelog_topics);
  v("repartition_sink_topics", repartition_sink_topics);
  v("repartition_source_topics", repartition_source_topics);
  v("copartition_groups", copartition_groups);
}

void streams_group_heartbeat_request::topology_info::describe(visitor& v) {
  v("epoch", epoch);
  v("subtopologies", subtopologies);
}

void streams_group_heartbeat_request::task_ids::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("partitions", partitions);
}

void streams_group_heartbeat_request::endpoint::describe(visitor& v) {
  v("host", host);
  v("port", port);
}

void streams_group_heartbeat_request::task_offset::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("partition", partition);
  v("offset", offset);
}

void streams_group_heartbeat_request::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
  v("member_epoch", member_epoch);
  v("endpoint_information_epoch", endpoint_information_epoch);
  v("instance_id", instance_id, all.null().def_null());
  v("rack_id", rack_id, all.null().def_null());
  v("rebalance_timeout_ms", rebalance_timeout_ms, all.def(-1));
  v("topology", topology, all.null().def_null());
  v("active_tasks", active_tasks, all.null().def_null());
  v("standby_tasks", standby_tasks, all.null().def_null());
  v("warmup_tasks", warmup_tasks, all.null().def_null());
  v("process_id", process_id, all.null().def_null());
  v("user_endpoint", user_endpoint, all.null().def_null());
  v("client_tags", client_tags, all.null().def_null());
  v("task_offsets", task_offsets, all.null().def_null());
  v("task_end_offsets", task_end_offsets, all.null().def_null());
  v("shutdown_application", shutdown_application);
}

void streams_group_heartbeat_response::group_status::describe(visitor& v) {
  v("status_code", status_code);
  v("status_detail", status_detail);
}

void streams_group_heartbeat_response::task_ids::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("partitions", partitions);
}

void streams_group_heartbeat_response::endpoint::describe(visitor& v) {
  v("host", host);
  v("port", port);
}

void streams_group_heartbeat_response::topic::describe(visitor& v) {
  v("topic", name);
  v("partitions", partitions);
}

void streams_group_heartbeat_response::endpoint_partitions::describe(visitor& v) {
  v("user_endpoint", user_endpoint);
  v("active_partitions", active_partitions);
  v("standby_partitions", standby_partitions);
}

void streams_group_heartbeat_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("member_id", member_id);
  v("member_epoch", member_epoch);
  v("heartbeat_interval_ms", heartbeat_interval_ms);
  v("acceptable_recovery_lag_legacy", acceptable_recovery_lag_legacy, until(0));
  v("task_offset_interval_ms", task_offset_interval_ms);
  v("acceptable_recovery_lag", acceptable_recovery_lag, since(1).def(-1).ignorable());
  v("status", status, all.null());
  v("active_tasks", active_tasks, all.null().def_null());
  v("standby_tasks", standby_tasks, all.null().def_null());
  v("warmup_tasks", warmup_tasks, all.null().def_null());
  v("topology_description_required", topology_description_required, since(1));
  v("endpoint_information_epoch", endpoint_information_epoch);
  v("partitions_by_user_endpoint", partitions_by_user_endpoint, all.null().def_null());
}

}  // namespace kwire::protocol
