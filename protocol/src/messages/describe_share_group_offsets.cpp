#include <kwire/protocol/messages/describe_share_group_offsets.hpp>

namespace kwire::protocol {

void describe_share_group_offsets_request::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void describe_share_group_offsets_request::group::describe(visitor& v) {
  v("group_id", group_id);
  v("topics", topics, all.null());
}

void describe_share_group_offsets_request::describe(visitor& v) { v("groups", groups); }

void describe_share_group_offsets_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("start_offset", start_offset);
  v("leader_epoch", epoch);
  v("lag", lag, since(1).def(-1).ignorable());
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
}

void describe_share_group_offsets_response::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void describe_share_group_offsets_response::group::describe(visitor& v) {
  v("group_id", group_id);
  v("topics", topics);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
}

void describe_share_group_offsets_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("groups", groups);
}

}  // namespace kwire::protocol
