#include <kwire/protocol/messages/offset_fetch.hpp>

namespace kwire::protocol {

void offset_fetch_request::topic::describe(visitor& v) {
  v("name", name, until(7));
  v("partition_indexes", partition_indexes, until(7));
}

void offset_fetch_request::group_topic::describe(visitor& v) {
  v("name", name, since(8).until(9).ignorable());
  v("topic_id", topic_id, since(10).ignorable());
  v("partition_indexes", partition_indexes, since(8));
}

void offset_fetch_request::group::describe(visitor& v) {
  v("group_id", group_id, since(8));
  v("member_id", member_id, since(9).null(9).def_null().ignorable());
  v("member_epoch", member_epoch, since(9).def(-1).ignorable());
  v("topics", topics, since(8).null(8));
}

void offset_fetch_request::describe(visitor& v) {
  v("group_id", group_id, until(7));
  v("topics", topics, until(7).null(2));
  v("groups", groups, since(8));
  v("require_stable", require_stable, since(7));
}

void offset_fetch_response::partition::describe(visitor& v) {
  v("partition_index", partition_index, until(7));
  v("committed_offset", committed_offset, until(7));
  v("committed_leader_epoch", committed_leader_epoch, since(5).until(7).def(-1).ignorable());
  v("metadata", metadata, until(7).null());
  v("error_code", error_code, until(7));
}

void offset_fetch_response::topic::describe(visitor& v) {
  v("name", name, until(7));
  v("partitions", partitions, until(7));
}

void offset_fetch_response::group_partition::describe(visitor& v) {
  v("partition_index", partition_index, since(8));
  v("committed_offset", committed_offset, since(8));
  v("committed_leader_epoch", committed_leader_epoch, since(8).def(-1).ignorable());
  v("metadata", metadata, since(8).null(8));
  v("error_code", error_code, since(8));
}

void offset_fetch_response::group_topic::describe(visitor& v) {
  v("name", name, since(8).until(9).ignorable());
  v("topic_id", topic_id, since(10).ignorable());
  v("partitions", partitions, since(8));
}

void offset_fetch_response::group::describe(visitor& v) {
  v("group_id", group_id, since(8));
  v("topics", topics, since(8));
  v("error_code", error_code, since(8));
}

void offset_fetch_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(3).ignorable());
  v("topics", topics, until(7));
  v("error_code", error_code, since(2).until(7).ignorable());
  v("groups", groups, since(8));
}

}  // namespace kwire::protocol
