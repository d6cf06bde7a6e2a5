#include <kwire/protocol/messages/list_offsets.hpp>

namespace kwire::protocol {

void list_offsets_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("current_leader_epoch", current_leader_epoch, since(4).def(-1).ignorable());
  v("timestamp", timestamp);
  v("max_num_offsets", max_num_offsets, until(0).def(1));
}

void list_offsets_request::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void list_offsets_request::describe(visitor& v) {
  v("replica_id", replica_id);
  v("isolation_level", isolation_level, since(2));
  v("topics", topics);
  v("timeout_ms", timeout_ms, since(10).ignorable());
}

void list_offsets_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("old_style_offsets", old_style_offsets, until(0));
  v("timestamp", timestamp, since(1).def(-1));
  v("offset", offset, since(1).def(-1));
  v("leader_epoch", epoch, since(4).def(-1));
}

void list_offsets_response::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void list_offsets_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(2).ignorable());
  v("topics", topics);
}

}  // namespace kwire::protocol
