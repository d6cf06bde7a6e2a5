#include <kwire/protocol/messages/assign_replicas_to_dirs.hpp>

namespace kwire::protocol {

void assign_replicas_to_dirs_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
}

void assign_replicas_to_dirs_request::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void assign_replicas_to_dirs_request::directory::describe(visitor& v) {
  v("id", id);
  v("topics", topics);
}

void assign_replicas_to_dirs_request::describe(visitor& v) {
  v("broker_id", broker_id);
  v("broker_epoch", broker_epoch, all.def(-1));
  v("directories", directories);
}

void assign_replicas_to_dirs_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
}

void assign_replicas_to_dirs_response::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void assign_replicas_to_dirs_response::directory::describe(visitor& v) {
  v("id", id);
  v("topics", topics);
}

void assign_replicas_to_dirs_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("directories", directories);
}

}  // namespace kwire::protocol
