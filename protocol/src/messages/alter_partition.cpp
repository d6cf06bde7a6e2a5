#include <kwire/protocol/messages/alter_partition.hpp>

namespace kwire::protocol {

void alter_partition_request::broker::describe(visitor& v) {
  v("broker_id", broker_id, since(3));
  v("broker_epoch", broker_epoch, since(3).def(-1));
}

void alter_partition_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("leader_epoch", epoch);
  v("new_isr", new_isr, until(2));
  v("new_isr_with_epochs", new_isr_with_epochs, since(3));
  v("leader_recovery_state", leader_recovery_state, since(1));
  v("partition_epoch", partition_epoch);
}

void alter_partition_request::topic::describe(visitor& v) {
  v("topic_name", topic_name, until(1).ignorable());
  v("topic_id", topic_id, since(2).ignorable());
  v("partitions", partitions);
}

void alter_partition_request::describe(visitor& v) {
  v("broker_id", broker_id);
  v("broker_epoch", broker_epoch, all.def(-1));
  v("topics", topics);
}

void alter_partition_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
  v("isr", isr);
  v("leader_recovery_state", leader_recovery_state, since(1).ignorable());
  v("partition_epoch", partition_epoch);
}

void alter_partition_response::topic::describe(visitor& v) {
  v("topic_name", topic_name, until(1).ignorable());
  v("topic_id", topic_id, since(2).ignorable());
  v("partitions", partitions);
}

void alter_partition_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("topics", topics);
}

}  // namespace kwire::protocol
