#include <kwire/protocol/messages/fetch_snapshot.hpp>

namespace kwire::protocol {

void fetch_snapshot_request::snapshot::describe(visitor& v) {
  v("end_offset", end_offset);
  v("epoch", epoch);
}

void fetch_snapshot_request::partition::describe(visitor& v) {
  v("partition", index);
  v("current_leader_epoch", current_leader_epoch);
  v("snapshot_id", snapshot_id);
  v("position", position);
  v("replica_directory_id", replica_directory_id, since(1).tag(0).ignorable());
}

void fetch_snapshot_request::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void fetch_snapshot_request::describe(visitor& v) {
  v("cluster_id", cluster_id, all.tag(0).null().def_null());
  v("replica_id", replica_id, all.def(-1));
  v("max_bytes", max_bytes, all.def(INT32_MAX));
  v("topics", topics);
}

void fetch_snapshot_response::snapshot::describe(visitor& v) {
  v("end_offset", end_offset);
  v("epoch", epoch);
}

void fetch_snapshot_response::leader::describe(visitor& v) {
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
}

void fetch_snapshot_response::partition::describe(visitor& v) {
  v("index", index);
  v("error_code", error_code);
  v("snapshot_id", snapshot_id);
  v("current_leader", current_leader, all.tag(0));
  v("size", size);
  v("position", position);
  v("unaligned_records", unaligned_records);
}

void fetch_snapshot_response::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void fetch_snapshot_response::endpoint::describe(visitor& v) {
  v("node_id", id, since(1).key());
  v("host", host, since(1));
  v("port", port, since(1));
}

void fetch_snapshot_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, all.ignorable());
  v("error_code", error_code);
  v("topics", topics);
  v("node_endpoints", node_endpoints, since(1).tag(0));
}

}  // namespace kwire::protocol
