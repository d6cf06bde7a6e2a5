#include <kwire/protocol/messages/produce.hpp>

namespace kwire::protocol {

void produce_request::partition::describe(visitor& v) {
  v("index", index);
  v("records", records, all.null().def_null());
}

void produce_request::topic::describe(visitor& v) {
  v("name", name, until(12).ignorable().key());
  v("topic_id", topic_id, since(13).ignorable().key());
  v("partition_data", partition_data);
}

void produce_request::describe(visitor& v) {
  v("transactional_id", transactional_id, since(3).null(3).def_null());
  v("acks", acks);
  v("timeout_ms", timeout_ms);
  v("topic_data", topic_data);
}

void produce_response::record_error::describe(visitor& v) {
  v("batch_index", batch_index, since(8));
  v("batch_index_error_message", batch_index_error_message, since(8).null(8).def_null());
}

void produce_response::leader::describe(visitor& v) {
  v("leader_id", leader_id, since(10).def(-1));
  v("leader_epoch", epoch, since(10).def(-1));
}

void produce_response::partition::describe(visitor& v) {
  v("index", index);
  v("error_code", error_code);
  v("base_offset", base_offset);
  v("log_append_time_ms", log_append_time_ms, since(2).def(-1).ignorable());
  v("log_start_offset", log_start_offset, since(5).def(-1).ignorable());
  v("record_errors", record_errors, since(8).ignorable());
  v("error_message", error_message, since(8).null(8).def_null().ignorable());
  v("current_leader", current_leader, since(10).tag(0));
}

void produce_response::topic::describe(visitor& v) {
  v("name", name, until(12).ignorable().key());
  v("topic_id", topic_id, since(13).ignorable().key());
  v("partition_responses", partition_responses);
}

void produce_response::endpoint::describe(visitor& v) {
  v("node_id", id, since(10).key());
  v("host", host, since(10));
  v("port", port, since(10));
  v("rack", rack, since(10).null(10).def_null());
}

void produce_response::describe(visitor& v) {
  v("responses", responses);
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("node_endpoints", node_endpoints, since(10).tag(0));
}

}  // namespace kwire::protocol
