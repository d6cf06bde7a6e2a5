#include <kwire/protocol/messages/alter_share_group_offsets.hpp>

namespace kwire::protocol {

void alter_share_group_offsets_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("start_offset", start_offset);
}

void alter_share_group_offsets_request::topic::describe(visitor& v) {
  v("topic_name", topic_name, all.key());
  v("partitions", partitions);
}

void alter_share_group_offsets_request::describe(visitor& v) {
  v("group_id", group_id);
  v("topics", topics);
}

void alter_share_group_offsets_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
}

void alter_share_group_offsets_response::topic::describe(visitor& v) {
  v("topic_name", topic_name, all.key());
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void alter_share_group_offsets_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("responses", responses);
}

}  // namespace kwire::protocol
