#include <kwire/protocol/messages/fetch.hpp>

namespace kwire::protocol {

void fetch_request::replica::describe(visitor& v) {
  v("replica_id", replica_id, since(15).def(-1));
  v("replica_epoch", replica_epoch, since(15).def(-1));
}

void fetch_request::partition::describe(visitor& v) {
  v("partition", index);
  v("current_leader_epoch", current_leader_epoch, since(9).def(-1).ignorable());
  v("fetch_offset", fetch_offset);
  v("last_fetched_epoch", last_fetched_epoch, since(12).def(-1));
  v("log_start_offset", log_start_offset, since(5).def(-1).ignorable());
  v("partition_max_bytes", partition_max_bytes);
  v("replica_directory_id", replica_directory_id, since(17).tag(0).ignorable());
  v("high_watermark", high_watermark, since(18).tag(1).def(INT64_MAX).ignorable());
}

void fetch_request::topic::describe(visitor& v) {
  v("topic", name, until(12).ignorable());
  v("topic_id", topic_id, since(13).ignorable());
  v("partitions", partitions);
}

void fetch_request::forgotten_topic::describe(visitor& v) {
  v("topic", name, since(7).until(12).ignorable());
  v("topic_id", topic_id, since(13).ignorable());
  v("partitions", partitions, since(7));
}

void fetch_request::describe(visitor& v) {
  v("cluster_id", cluster_id, since(12).tag(0).null(12).def_null().ignorable());
  v("replica_id", replica_id, until(14).def(-1));
  v("replica_state", replica_state, since(15).tag(1));
  v("max_wait_ms", max_wait_ms);
  v("min_bytes", min_bytes);
  v("max_bytes", max_bytes, since(3).def(INT32_MAX).ignorable());
  v("isolation_level", isolation_level, since(4).ignorable());
  v("session_id", session_id, since(7).ignorable());
  v("session_epoch", session_epoch, since(7).def(-1).ignorable());
  v("topics", topics);
  v("forgotten_topics_data", forgotten_topics_data, since(7));
  v("rack_id", rack_id, since(11).ignorable());
}

void fetch_response::epoch_end::describe(visitor& v) {
  v("epoch", epoch, since(12).def(-1));
  v("end_offset", end_offset, since(12).def(-1));
}

void fetch_response::leader::describe(visitor& v) {
  v("leader_id", leader_id, since(12).def(-1));
  v("leader_epoch", epoch, since(12).def(-1));
}

void fetch_response::snapshot::describe(visitor& v) {
  v("end_offset", end_offset, all.def(-1));
  v("epoch", epoch, all.def(-1));
}

void fetch_response::aborted_transaction::describe(visitor& v) {
  v("producer_id", producer, since(4));
  v("first_offset", first_offset, since(4));
}

void fetch_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("high_watermark", high_watermark);
  v("last_stable_offset", last_stable_offset, since(4).def(-1).ignorable());
  v("log_start_offset", log_start_offset, since(5).def(-1).ignorable());
  v("diverging_epoch", diverging_epoch, since(12).tag(0));
  v("current_leader", current_leader, since(12).tag(1));
  v("snapshot_id", snapshot_id, since(12).tag(2));
  v("aborted_transactions", aborted_transactions, since(4).null(4).ignorable());
  v("preferred_read_replica", preferred_read_replica, since(11).def(-1));
  v("records", records, all.null().def_null());
}

void fetch_response::topic::describe(visitor& v) {
  v("topic", name, until(12).ignorable());
  v("topic_id", topic_id, since(13).ignorable());
  v("partitions", partitions);
}

void fetch_response::endpoint::describe(visitor& v) {
  v("node_id", id, since(16).key());
  v("host", host, since(16));
  v("port", port, since(16));
  v("rack", rack, since(16).null(16).def_null());
}

void fetch_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("error_code", error_code, since(7).ignorable());
  v("session_id", session_id, since(7));
  v("responses", responses);
  v("node_endpoints", node_endpoints, since(16).tag(0));
}

}  // namespace kwire::protocol
