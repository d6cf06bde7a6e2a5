#include <kwire/protocol/messages/offset_commit.hpp>

namespace kwire::protocol {

void offset_commit_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("committed_offset", committed_offset);
  v("committed_leader_epoch", committed_leader_epoch, since(6).def(-1).ignorable());
  v("commit_timestamp", commit_timestamp, since(1).until(1).def(-1));
  v("committed_metadata", committed_metadata, all.null());
}

void offset_commit_request::topic::describe(visitor& v) {
  v("name", name, until(9).ignorable());
  v("topic_id", topic_id, since(10).ignorable());
  v("partitions", partitions);
}

void offset_commit_request::describe(visitor& v) {
  v("group_id", group_id);
  v("generation_id_or_member_epoch", generation_id_or_member_epoch, since(1).def(-1).ignorable());
  v("member_id", member_id, since(1).ignorable());
  v("group_instance_id", group_instance_id, since(7).null(7).def_null());
  v("retention_time_ms", retention_time_ms, since(2).until(4).def(-1).ignorable());
  v("topics", topics);
}

void offset_commit_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
}

void offset_commit_response::topic::describe(visitor& v) {
  v("name", name, until(9).ignorable());
  v("topic_id", topic_id, since(10).ignorable());
  v("partitions", partitions);
}

void offset_commit_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(3).ignorable());
  v("topics", topics);
}

}  // namespace kwire::protocol
