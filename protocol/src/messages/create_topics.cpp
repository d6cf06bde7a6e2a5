#include <kwire/protocol/messages/create_topics.hpp>

namespace kwire::protocol {

void create_topics_request::assignment::describe(visitor& v) {
  v("partition_index", partition_index, all.key());
  v("broker_ids", broker_ids);
}

void create_topics_request::config::describe(visitor& v) {
  v("name", name, all.key());
  v("value", value, all.null());
}

void create_topics_request::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("num_partitions", num_partitions);
  v("replication_factor", replication_factor);
  v("assignments", assignments);
  v("configs", configs);
}

void create_topics_request::describe(visitor& v) {
  v("topics", topics);
  v("timeout_ms", timeout_ms, all.def(60000));
  v("validate_only", validate_only, since(1));
}

void create_topics_response::config::describe(visitor& v) {
  v("name", name, since(5));
  v("value", value, since(5).null(5));
  v("read_only", read_only, since(5));
  v("config_source", config_source, since(5).def(-1).ignorable());
  v("is_sensitive", is_sensitive, since(5));
}

void create_topics_response::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("topic_id", topic_id, since(7).ignorable());
  v("error_code", error_code);
  v("error_message", error_message, since(1).null().ignorable());
  v("topic_config_error_code", topic_config_error_code, since(5).tag(0).ignorable());
  v("num_partitions", num_partitions, since(5).def(-1).ignorable());
  v("replication_factor", replication_factor, since(5).def(-1).ignorable());
  v("configs", configs, since(5).null(5).ignorable());
}

void create_topics_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(2).ignorable());
  v("topics", topics);
}

}  // namespace kwire::protocol
