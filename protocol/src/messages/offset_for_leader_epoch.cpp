#include <kwire/protocol/messages/offset_for_leader_epoch.hpp>

namespace kwire::protocol {

void offset_for_leader_epoch_request::partition::describe(visitor& v) {
  v("partition", index);
  v("current_leader_epoch", current_leader_epoch, since(2).def(-1).ignorable());
  v("leader_epoch", epoch);
}

void offset_for_leader_epoch_request::topic::describe(visitor& v) {
  v("topic", name, all.key());
  v("partitions", partitions);
}

void offset_for_leader_epoch_request::describe(visitor& v) {
  v("replica_id", replica_id, since(3).def(-2).ignorable());
  v("topics", topics);
}

void offset_for_leader_epoch_response::partition::describe(visitor& v) {
  v("error_code", error_code);
  v("partition", index);
  v("leader_epoch", epoch, since(1).def(-1).ignorable());
  v("end_offset", end_offset, all.def(-1));
}

void offset_for_leader_epoch_response::topic::describe(visitor& v) {
  v("topic", name, all.key());
  v("partitions", partitions);
}

void offset_for_leader_epoch_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(2).ignorable());
  v("topics", topics);
}

}  // namespace kwire::protocol
