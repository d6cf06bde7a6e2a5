#include <kwire/protocol/messages/read_share_group_state_summary.hpp>

namespace kwire::protocol {

void read_share_group_state_summary_request::partition::describe(visitor& v) {
  v("partition", index);
  v("leader_epoch", epoch);
}

void read_share_group_state_summary_request::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void read_share_group_state_summary_request::describe(visitor& v) {
  v("group_id", group_id);
  v("topics", topics);
}

void read_share_group_state_summary_response::partition::describe(visitor& v) {
  v("partition", index);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("state_epoch", state_epoch);
  v("leader_epoch", epoch);
  v("start_offset", start_offset);
  v("delivery_complete_count", delivery_complete_count, since(1).def(-1).ignorable());
}

void read_share_group_state_summary_response::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void read_share_group_state_summary_response::describe(visitor& v) { v("results", results); }

}  // namespace kwire::protocol
