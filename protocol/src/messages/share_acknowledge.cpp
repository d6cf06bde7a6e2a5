#include <kwire/protocol/messages/share_acknowledge.hpp>

namespace kwire::protocol {

void share_acknowledge_request::acknowledgement_batch::describe(visitor& v) {
  v("first_offset", first_offset);
  v("last_offset", last_offset);
  v("acknowledge_types", acknowledge_types);
}

void share_acknowledge_request::partition::describe(visitor& v) {
  v("partition_index", partition_index, all.key());
  v("acknowledgement_batches", acknowledgement_batches);
}

void share_acknowledge_request::topic::describe(visitor& v) {
  v("topic_id", topic_id, all.key());
  v("partitions", partitions);
}

void share_acknowledge_request::describe(visitor& v) {
  v("group_id", group_id, all.null().def_null());
  v("member_id", member_id, all.null());
  v("share_session_epoch", share_session_epoch);
  v("is_renew_ack", is_renew_ack, since(2));
  v("topics", topics);
}

void share_acknowledge_response::leader::describe(visitor& v) {
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
}

void share_acknowledge_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("current_leader", current_leader);
}

void share_acknowledge_response::topic::describe(visitor& v) {
  v("topic_id", topic_id, all.key());
  v("partitions", partitions);
}

void share_acknowledge_response::endpoint::describe(visitor& v) {
  v("node_id", id, all.key());
  v("host", host);
  v("port", port);
  v("rack", rack, all.null().def_null());
}

void share_acknowledge_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("acquisition_lock_timeout_ms", acquisition_lock_timeout_ms, since(2).ignorable());
  v("responses", responses);
  v("node_endpoints", node_endpoints);
}

}  // namespace kwire::protocol
