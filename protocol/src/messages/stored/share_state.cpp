#include <kwire/protocol/messages/stored/share_state.hpp>

namespace kwire::protocol {

void share_snapshot_key::describe(visitor& v) {
  v("group_id", group_id);
  v("topic_id", topic_id);
  v("partition", partition);
}

void share_snapshot_value::state_batch::describe(visitor& v) {
  v("first_offset", first_offset);
  v("last_offset", last_offset);
  v("delivery_state", delivery_state);
  v("delivery_count", delivery_count);
}

void share_snapshot_value::describe(visitor& v) {
  v("snapshot_epoch", snapshot_epoch);
  v("state_epoch", state_epoch);
  v("leader_epoch", epoch);
  v("start_offset", start_offset);
  v("delivery_complete_count", delivery_complete_count, all.tag(0).def(-1));
  v("create_timestamp", create_timestamp);
  v("write_timestamp", write_timestamp);
  v("state_batches", state_batches);
}

void share_update_key::describe(visitor& v) {
  v("group_id", group_id);
  v("topic_id", topic_id);
  v("partition", partition);
}

void share_update_value::state_batch::describe(visitor& v) {
  v("first_offset", first_offset);
  v("last_offset", last_offset);
  v("delivery_state", delivery_state);
  v("delivery_count", delivery_count);
}

void share_update_value::describe(visitor& v) {
  v("snapshot_epoch", snapshot_epoch);
  v("leader_epoch", epoch);
  v("start_offset", start_offset);
  v("delivery_complete_count", delivery_complete_count, all.tag(0).def(-1));
  v("state_batches", state_batches);
}

}  // namespace kwire::protocol
