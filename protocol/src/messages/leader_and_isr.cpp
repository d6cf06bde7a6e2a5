#include <kwire/protocol/messages/leader_and_isr.hpp>

namespace kwire::protocol {

void leader_and_isr_request::partition_state::describe(visitor& v) {
  v("topic_name", topic_name, until(1).ignorable());
  v("partition_index", partition_index);
  v("controller_epoch", controller_epoch);
  v("leader", leader);
  v("leader_epoch", epoch);
  v("isr", isr);
  v("partition_epoch", partition_epoch);
  v("replicas", replicas);
  v("adding_replicas", adding_replicas, since(3).ignorable());
  v("removing_replicas", removing_replicas, since(3).ignorable());
  v("is_new", is_new, since(1).ignorable());
  v("leader_recovery_state", leader_recovery_state, since(6));
}

void leader_and_isr_request::topic_state::describe(visitor& v) {
  v("topic_name", topic_name, since(2));
  v("topic_id", topic_id, since(5).ignorable());
  v("partition_states", partition_states, since(2));
}

void leader_and_isr_request::live_leader::describe(visitor& v) {
  v("broker_id", broker_id);
  v("host_name", host_name);
  v("port", port);
}

void leader_and_isr_request::describe(visitor& v) {
  v("controller_id", controller_id);
  v("is_k_raft_controller", is_k_raft_controller, since(7));
  v("controller_epoch", controller_epoch);
  v("broker_epoch", broker_epoch, since(2).def(-1).ignorable());
  v("type", type, since(5));
  v("ungrouped_partition_states", ungrouped_partition_states, until(1));
  v("topic_states", topic_states, since(2));
  v("live_leaders", live_leaders);
}

void leader_and_isr_response::partition_error::describe(visitor& v) {
  v("topic_name", topic_name, until(4).ignorable());
  v("partition_index", partition_index);
  v("error_code", error_code);
}

void leader_and_isr_response::topic_error::describe(visitor& v) {
  v("topic_id", topic_id, since(5).key());
  v("partition_errors", partition_errors, since(5));
}

void leader_and_isr_response::describe(visitor& v) {
  v("error_code", error_code);
  v("partition_errors", partition_errors, until(4));
  v("topics", topics, since(5));
}

}  // namespace kwire::protocol
