#include <kwire/protocol/messages/describe_log_dirs.hpp>

namespace kwire::protocol {

void describe_log_dirs_request::topic::describe(visitor& v) {
  v("topic", name, all.key());
  v("partitions", partitions);
}

void describe_log_dirs_request::describe(visitor& v) { v("topics", topics, all.null()); }

void describe_log_dirs_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("partition_size", partition_size);
  v("offset_lag", offset_lag);
  v("is_future_key", is_future_key);
}

void describe_log_dirs_response::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void describe_log_dirs_response::result::describe(visitor& v) {
  v("error_code", error_code);
  v("log_dir", log_dir);
  v("topics", topics);
  v("total_bytes", total_bytes, since(4).def(-1).ignorable());
  v("usable_bytes", usable_bytes, since(4).def(-1).ignorable());
  v("is_cordoned", is_cordoned, since(5).ignorable());
}

void describe_log_dirs_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code, since(3).ignorable());
  v("results", results);
}

}  // namespace kwire::protocol
