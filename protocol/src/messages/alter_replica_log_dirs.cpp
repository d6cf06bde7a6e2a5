#include <kwire/protocol/messages/alter_replica_log_dirs.hpp>

namespace kwire::protocol {

void alter_replica_log_dirs_request::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("partitions", partitions);
}

void alter_replica_log_dirs_request::log_dir::describe(visitor& v) {
  v("path", path, all.key());
  v("topics", topics);
}

void alter_replica_log_dirs_request::describe(visitor& v) { v("dirs", dirs); }

void alter_replica_log_dirs_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
}

void alter_replica_log_dirs_response::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("partitions", partitions);
}

void alter_replica_log_dirs_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("results", results);
}

}  // namespace kwire::protocol
