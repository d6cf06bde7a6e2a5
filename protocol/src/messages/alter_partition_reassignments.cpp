#include <kwire/protocol/messages/alter_partition_reassignments.hpp>

namespace kwire::protocol {

void alter_partition_reassignments_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("replicas", replicas, all.null().def_null());
}

void alter_partition_reassignments_request::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void alter_partition_reassignments_request::describe(visitor& v) {
  v("timeout_ms", timeout_ms, all.def(60000));
  v("allow_replication_factor_change", allow_replication_factor_change, since(1).def(1));
  v("topics", topics);
}

void alter_partition_reassignments_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
}

void alter_partition_reassignments_response::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void alter_partition_reassignments_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("allow_replication_factor_change", allow_replication_factor_change, since(1).def(1).ignorable());
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("responses", responses);
}

}  // namespace kwire::protocol
