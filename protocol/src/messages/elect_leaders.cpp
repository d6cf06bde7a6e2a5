#include <kwire/protocol/messages/elect_leaders.hpp>

namespace kwire::protocol {

void elect_leaders_request::topic::describe(visitor& v) {
  v("topic", name, all.key());
  v("partitions", partitions);
}

void elect_leaders_request::describe(visitor& v) {
  v("election_type", election_type, since(1));
  v("topic_partitions", topic_partitions, all.null());
  v("timeout_ms", timeout_ms, all.def(60000));
}

void elect_leaders_response::partition::describe(visitor& v) {
  v("partition_id", index);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
}

void elect_leaders_response::topic::describe(visitor& v) {
  v("topic", name);
  v("partition_result", partition_result);
}

void elect_leaders_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code, since(1));
  v("replica_election_results", replica_election_results);
}

}  // namespace kwire::protocol
