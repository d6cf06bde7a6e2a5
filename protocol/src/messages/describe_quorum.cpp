#include <kwire/protocol/messages/describe_quorum.hpp>

namespace kwire::protocol {

void describe_quorum_request::partition::describe(visitor& v) { v("partition_index", partition_index); }

void describe_quorum_request::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void describe_quorum_request::describe(visitor& v) { v("topics", topics); }

void describe_quorum_response::replica::describe(visitor& v) {
  v("replica_id", replica_id);
  v("replica_directory_id", replica_directory_id, since(2));
  v("log_end_offset", log_end_offset);
  v("last_fetch_timestamp", last_fetch_timestamp, since(1).def(-1).ignorable());
  v("last_caught_up_timestamp", last_caught_up_timestamp, since(1).def(-1).ignorable());
}

void describe_quorum_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("error_message", error_message, since(2).null(2).ignorable());
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
  v("high_watermark", high_watermark);
  v("current_voters", current_voters);
  v("observers", observers);
}

void describe_quorum_response::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void describe_quorum_response::listener::describe(visitor& v) {
  v("name", name, since(2).key());
  v("host", host, since(2));
  v("port", port, since(2));
}

void describe_quorum_response::node::describe(visitor& v) {
  v("node_id", id, since(2).key());
  v("listeners", listeners, since(2));
}

void describe_quorum_response::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, since(2).null(2).ignorable());
  v("topics", topics);
  v("nodes", nodes, since(2));
}

}  // namespace kwire::protocol
