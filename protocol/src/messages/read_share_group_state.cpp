#include <kwire/protocol/messages/read_share_group_state.hpp>

namespace kwire::protocol {

void read_share_group_state_request::partition::describe(visitor& v) {
  v("partition", index);
  v("leader_epoch", epoch);
}

void read_share_group_state_request::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void read_share_group_state_request::describe(visitor& v) {
  v("group_id", group_id);
  v("topics", topics);
}

void read_share_group_state_response::state_batch::describe(visitor& v) {
  v("first_offset", first_offset);
  v("last_offset", last_offset);
  v("delivery_state", delivery_state);
  v("delivery_count", delivery_count);
}

void read_share_group_state_response::partition::describe(visitor& v) {
  v("partition", index);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("state_epoch", state_epoch);
  v("start_offset", start_offset);
  v("state_batches", state_batches);
}

void read_share_group_state_response::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void read_share_group_state_response::describe(visitor& v) { v("results", results); }

}  // namespace kwire::protocol
