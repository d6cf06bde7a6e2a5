#include <kwire/protocol/messages/update_metadata.hpp>

namespace kwire::protocol {

void update_metadata_request::partition_state::describe(visitor& v) {
  v("topic_name", topic_name, until(4).ignorable());
  v("partition_index", partition_index);
  v("controller_epoch", controller_epoch);
  v("leader", leader);
  v("leader_epoch", epoch);
  v("isr", isr);
  v("zk_version", zk_version);
  v("replicas", replicas);
  v("offline_replicas", offline_replicas, since(4).ignorable());
}

void update_metadata_request::topic_state::describe(visitor& v) {
  v("topic_name", topic_name, since(5));
  v("topic_id", topic_id, since(7).ignorable());
  v("partition_states", partition_states, since(5));
}

void update_metadata_request::endpoint::describe(visitor& v) {
  v("port", port, since(1));
  v("host", host, since(1));
  v("listener", listener, since(3).ignorable());
  v("security_protocol", security_protocol, since(1));
}

void update_metadata_request::broker::describe(visitor& v) {
  v("id", id);
  v("v0_host", v0_host, until(0).ignorable());
  v("v0_port", v0_port, until(0).ignorable());
  v("endpoints", endpoints, since(1).ignorable());
  v("rack", rack, since(2).null().ignorable());
}

void update_metadata_request::describe(visitor& v) {
  v("controller_id", controller_id);
  v("is_k_raft_controller", is_k_raft_controller, since(8));
  v("type", type, since(8).tag(0));
  v("controller_epoch", controller_epoch);
  v("broker_epoch", broker_epoch, since(5).def(-1).ignorable());
  v("ungrouped_partition_states", ungrouped_partition_states, until(4));
  v("topic_states", topic_states, since(5));
  v("live_brokers", live_brokers);
}

void update_metadata_response::describe(visitor& v) { v("error_code", error_code); }

}  // namespace kwire::protocol
