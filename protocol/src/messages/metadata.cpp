#include <kwire/protocol/messages/metadata.hpp>

namespace kwire::protocol {

void metadata_request::topic::describe(visitor& v) {
  v("topic_id", topic_id, since(10).ignorable());
  v("name", name, all.null(10));
}

void metadata_request::describe(visitor& v) {
  v("topics", topics, all.null(1));
  v("allow_auto_topic_creation", allow_auto_topic_creation, since(4).def(1));
  v("include_cluster_authorized_operations", include_cluster_authorized_operations, since(8).until(10));
  v("include_topic_authorized_operations", include_topic_authorized_operations, since(8));
}

void metadata_response::broker::describe(visitor& v) {
  v("node_id", id, all.key());
  v("host", host);
  v("port", port);
  v("rack", rack, since(1).null(1).def_null().ignorable());
}

void metadata_response::partition::describe(visitor& v) {
  v("error_code", error_code);
  v("partition_index", partition_index);
  v("leader_id", leader_id);
  v("leader_epoch", epoch, since(7).def(-1).ignorable());
  v("replica_nodes", replica_nodes);
  v("isr_nodes", isr_nodes);
  v("offline_replicas", offline_replicas, since(5).ignorable());
}

void metadata_response::topic::describe(visitor& v) {
  v("error_code", error_code);
  v("name", name, all.null(12).key());
  v("topic_id", topic_id, since(10).ignorable());
  v("is_internal", is_internal, since(1).ignorable());
  v("partitions", partitions);
  v("topic_authorized_operations", topic_authorized_operations, since(8).def(INT32_MIN));
}

void metadata_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(3).ignorable());
  v("brokers", brokers);
  v("cluster_id", cluster_id, since(2).null(2).def_null().ignorable());
  v("controller_id", controller_id, since(1).def(-1).ignorable());
  v("topics", topics);
  v("cluster_authorized_operations", cluster_authorized_operations, since(8).until(10).def(INT32_MIN));
  v("error_code", error_code, since(13).ignorable());
}

}  // namespace kwire::protocol
