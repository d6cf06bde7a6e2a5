#include <kwire/protocol/messages/end_quorum_epoch.hpp>

namespace kwire::protocol {

void end_quorum_epoch_request::candidate::describe(visitor& v) {
  v("candidate_id", candidate_id, since(1));
  v("candidate_directory_id", candidate_directory_id, since(1));
}

void end_quorum_epoch_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
  v("preferred_successors", preferred_successors, until(0).ignorable());
  v("preferred_candidates", preferred_candidates, since(1).ignorable());
}

void end_quorum_epoch_request::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void end_quorum_epoch_request::endpoint::describe(visitor& v) {
  v("name", name, since(1).key());
  v("host", host, since(1));
  v("port", port, since(1));
}

void end_quorum_epoch_request::describe(visitor& v) {
  v("cluster_id", cluster_id, all.null().def_null());
  v("topics", topics);
  v("leader_endpoints", leader_endpoints, since(1).ignorable());
}

void end_quorum_epoch_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
}

void end_quorum_epoch_response::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void end_quorum_epoch_response::endpoint::describe(visitor& v) {
  v("node_id", id, since(1).key());
  v("host", host, since(1));
  v("port", port, since(1));
}

void end_quorum_epoch_response::describe(visitor& v) {
  v("error_code", error_code);
  v("topics", topics);
  v("node_endpoints", node_endpoints, since(1).tag(0));
}

}  // namespace kwire::protocol
