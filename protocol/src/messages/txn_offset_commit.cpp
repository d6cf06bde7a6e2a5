#include <kwire/protocol/messages/txn_offset_commit.hpp>

namespace kwire::protocol {

void txn_offset_commit_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("committed_offset", committed_offset);
  v("committed_leader_epoch", committed_leader_epoch, since(2).def(-1).ignorable());
  v("committed_metadata", committed_metadata, all.null());
}

void txn_offset_commit_request::topic::describe(visitor& v) {
  v("name", name, until(5).ignorable());
  v("topic_id", topic_id, since(6).ignorable());
  v("partitions", partitions);
}

void txn_offset_commit_request::describe(visitor& v) {
  v("transactional_id", transactional_id);
  v("group_id", group_id);
  v("producer_id", producer);
  v("producer_epoch", epoch);
  v("generation_id_or_member_epoch", generation_id_or_member_epoch, since(3).def(-1));
  v("member_id", member_id, since(3));
  v("group_instance_id", group_instance_id, since(3).null(3).def_null());
  v("topics", topics);
}

void txn_offset_commit_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
}

void txn_offset_commit_response::topic::describe(visitor& v) {
  v("name", name, until(5).ignorable());
  v("topic_id", topic_id, since(6).ignorable());
  v("partitions", partitions);
}

void txn_offset_commit_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("topics", topics);
}

}  // namespace kwire::protocol
