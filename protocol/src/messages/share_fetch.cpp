#include <kwire/protocol/messages/share_fetch.hpp>

namespace kwire::protocol {

void share_fetch_request::acknowledgement_batch::describe(visitor& v) {
  v("first_offset", first_offset);
  v("last_offset", last_offset);
  v("acknowledge_types", acknowledge_types);
}

void share_fetch_request::partition::describe(visitor& v) {
  v("partition_index", partition_index, all.key());
  v("acknowledgement_batches", acknowledgement_batches);
}

void share_fetch_request::topic::describe(visitor& v) {
  v("topic_id", topic_id, all.key());
  v("partitions", partitions);
}

void share_fetch_request::forgotten_topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void share_fetch_request::describe(visitor& v) {
  v("group_id", group_id, all.null().def_null());
  v("member_id", member_id, all.null());
  v("share_session_epoch", share_session_epoch);
  v("max_wait_ms", max_wait_ms);
  v("min_bytes", min_bytes);
  v("max_bytes", max_bytes, all.def(INT32_MAX));
  v("max_records", max_records);
  v("batch_size", batch_size);
  v("share_acquire_mode", share_acquire_mode, since(2).ignorable());
  v("is_renew_ack", is_renew_ack, since(2));
  v("topics", topics);
  v("forgotten_topics_data", forgotten_topics_data);
}

void share_fetch_response::leader::describe(visitor& v) {
  v("leader_id", leader_id);
  v("leader_epoch", epoch);
}

void share_fetch_response::acquired::describe(visitor& v) {
  v("first_offset", first_offset);
  v("last_offset", last_offset);
  v("delivery_count", delivery_count);
}

void share_fetch_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("acknowledge_error_code", acknowledge_error_code);
  v("acknowledge_error_message", acknowledge_error_message, all.null().def_null());
  v("current_leader", current_leader);
  v("records", records);
  v("acquired_records", acquired_records);
}

void share_fetch_response::topic::describe(visitor& v) {
  v("topic_id", topic_id, all.key());
  v("partitions", partitions);
}

void share_fetch_response::endpoint::describe(visitor& v) {
  v("node_id", id, all.key());
  v("host", host);
  v("port", port);
  v("rack", rack, all.null().def_null());
}

void share_fetch_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("acquisition_lock_timeout_ms", acquisition_lock_timeout_ms);
  v("responses", responses);
  v("node_endpoints", node_endpoints);
}

}  // namespace kwire::protocol
