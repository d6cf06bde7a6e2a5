#include <kwire/protocol/messages/vote.hpp>

namespace kwire::protocol {

void vote_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("replica_epoch", replica_epoch);
  v("replica_id", replica_id);
  v("replica_directory_id", replica_directory_id, since(1).ignorable());
  v("voter_directory_id", voter_directory_id, since(1).ignorable());
  v("last_offset_epoch", last_offset_epoch);
  v("last_offset", last_offset);
  v("pre_vote", pre_vote, since(2));
}

void vote_request::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void vote_request::describe(visitor& v) {
  v("cluster_id", cluster_id, all.null().def_null());
  v("voter_id", voter_id, since(1).def(-1).ignorable());
  v("topics", topics);
}

void vote_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
  v("vote_granted", vote_granted);
}

void vote_response::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void vote_response::endpoint::describe(visitor& v) {
  v("node_id", id, since(1).key());
  v("host", host, since(1));
  v("port", port, since(1));
}

void vote_response::describe(visitor& v) {
  v("error_code", error_code);
  v("topics", topics);
  v("node_endpoints", node_endpoints, since(1).tag(0));
}

}  // namespace kwire::protocol
