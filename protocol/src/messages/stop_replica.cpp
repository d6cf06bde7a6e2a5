#include <kwire/protocol/messages/stop_replica.hpp>

namespace kwire::protocol {

void stop_replica_request::ungrouped_partition::describe(visitor& v) {
  v("topic_name", topic_name, until(0));
  v("partition_index", partition_index, until(0));
}

void stop_replica_request::topic::describe(visitor& v) {
  v("name", name, since(1).until(2));
  v("partition_indexes", partition_indexes, since(1).until(2));
}

void stop_replica_request::partition_state::describe(visitor& v) {
  v("partition_index", partition_index, since(3));
  v("leader_epoch", epoch, since(3).def(-1));
  v("delete_partition", delete_partition, since(3));
}

void stop_replica_request::topic_state::describe(visitor& v) {
  v("topic_name", topic_name, since(3));
  v("partition_states", partition_states, since(3));
}

void stop_replica_request::describe(visitor& v) {
  v("controller_id", controller_id);
  v("is_k_raft_controller", is_k_raft_controller, since(4));
  v("controller_epoch", controller_epoch);
  v("broker_epoch", broker_epoch, since(1).def(-1).ignorable());
  v("delete_partitions", delete_partitions, until(2));
  v("ungrouped_partitions", ungrouped_partitions, until(0));
  v("topics", topics, since(1).until(2));
  v("topic_states", topic_states, since(3));
}

void stop_replica_response::partition_error::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partition_index", partition_index);
  v("error_code", error_code);
}

void stop_replica_response::describe(visitor& v) {
  v("error_code", error_code);
  v("partition_errors", partition_errors);
}

}  // namespace kwire::protocol
