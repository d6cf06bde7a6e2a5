#include <kwire/protocol/messages/offset_delete.hpp>

namespace kwire::protocol {

void offset_delete_request::partition::describe(visitor& v) { v("partition_index", partition_index); }

void offset_delete_request::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("partitions", partitions);
}

void offset_delete_request::describe(visitor& v) {
  v("group_id", group_id);
  v("topics", topics);
}

void offset_delete_response::partition::describe(visitor& v) {
  v("partition_index", partition_index, all.key());
  v("error_code", error_code);
}

void offset_delete_response::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("partitions", partitions);
}

void offset_delete_response::describe(visitor& v) {
  v("error_code", error_code);
  v("throttle_time_ms", throttle_time_ms, all.ignorable());
  v("topics", topics);
}

}  // namespace kwire::protocol
