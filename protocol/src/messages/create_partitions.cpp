#include <kwire/protocol/messages/create_partitions.hpp>

namespace kwire::protocol {

void create_partitions_request::assignment::describe(visitor& v) { v("broker_ids", broker_ids); }

void create_partitions_request::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("count", count);
  v("assignments", assignments, all.null());
}

void create_partitions_request::describe(visitor& v) {
  v("topics", topics);
  v("timeout_ms", timeout_ms);
  v("validate_only", validate_only);
}

void create_partitions_response::topic::describe(visitor& v) {
  v("name", name);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
}

void create_partitions_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("results", results);
}

}  // namespace kwire::protocol
