#include <kwire/protocol/messages/begin_quorum_epoch.hpp>

namespace kwire::protocol {

void begin_quorum_epoch_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("voter_directory_id", voter_directory_id, since(1).ignorable());
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
}

void begin_quorum_epoch_request::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void begin_quorum_epoch_request::endpoint::describe(visitor& v) {
  v("name", name, since(1).key());
  v("host", host, since(1));
  v("port", port, since(1));
}

void begin_quorum_epoch_request::describe(visitor& v) {
  v("cluster_id", cluster_id, all.null().def_null());
  v("voter_id", voter_id, since(1).def(-1).ignorable());
  v("topics", topics);
  v("leader_endpoints", leader_endpoints, since(1).ignorable());
}

void begin_quorum_epoch_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
}

void begin_quorum_epoch_response::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void begin_quorum_epoch_response::endpoint::describe(visitor& v) {
  v("node_id", id, since(1).key());
  v("host", host, since(1));
  v("port", port, since(1));
}

void begin_quorum_epoch_response::describe(visitor& v) {
  v("error_code", error_code);
  v("topics", topics);
  v("node_endpoints", node_endpoints, since(1).tag(0));
}

}  // namespace kwire::protocol
