#include <kwire/protocol/messages/list_partition_reassignments.hpp>

namespace kwire::protocol {

void list_partition_reassignments_request::topic::describe(visitor& v) {
  v("name", name);
  v("partition_indexes", partition_indexes);
}

void list_partition_reassignments_request::describe(visitor& v) {
  v("timeout_ms", timeout_ms, all.def(60000));
  v("topics", topics, all.null().def_null());
}

void list_partition_reassignments_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("replicas", replicas);
  v("adding_replicas", adding_replicas);
  v("removing_replicas", removing_replicas);
}

void list_partition_reassignments_response::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void list_partition_reassignments_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("topics", topics);
}

}  // namespace kwire::protocol
