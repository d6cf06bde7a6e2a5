#include <kwire/protocol/messages/stored/group_metadata.hpp>

namespace kwire::protocol {

void legacy_offset_commit_key::describe(visitor& v) {
  v("group", group);
  v("topic", topic);
  v("partition", partition);
}

void legacy_offset_commit_value::describe(visitor& v) {
  v("offset", offset);
  v("metadata", metadata);
  v("commit_timestamp", commit_timestamp);
}

void offset_commit_key::describe(visitor& v) {
  v("group", group);
  v("topic", topic);
  v("partition", partition);
}

void offset_commit_value::describe(visitor& v) {
  v("offset", offset);
  v("leader_epoch", epoch, since(3).def(-1).ignorable());
  v("metadata", metadata);
  v("commit_timestamp", commit_timestamp);
  v("expire_timestamp", expire_timestamp, since(1).until(1).def(-1).ignorable());
  v("topic_id", topic_id, since(4).tag(0).ignorable());
}

void group_metadata_key::describe(visitor& v) { v("group", group); }

void group_metadata_value::member::describe(visitor& v) {
  v("member_id", member_id);
  v("group_instance_id", group_instance_id, since(3).null(3).def_null().ignorable());
  v("client_id", client_id);
  v("client_host", client_host);
  v("rebalance_timeout", rebalance_timeout, since(1).def(-1).ignorable());
  v("session_timeout", session_timeout);
  v("subscription", subscription);
  v("assignment", assignment);
}

void group_metadata_value::describe(visitor& v) {
  v("protocol_type", protocol_type);
  v("generation", generation);
  v("protocol", protocol, all.null());
  v("leader", leader, all.null());
  v("current_state_timestamp", current_state_timestamp, since(2).def(-1).ignorable());
  v("members", members);
}

}  // namespace kwire::protocol
