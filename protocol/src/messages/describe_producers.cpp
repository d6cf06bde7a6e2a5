#include <kwire/protocol/messages/describe_producers.hpp>

namespace kwire::protocol {

void describe_producers_request::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("partition_indexes", partition_indexes);
}

void describe_producers_request::describe(visitor& v) { v("topics", topics); }

void describe_producers_response::producer_state::describe(visitor& v) {
  v("producer_id", producer);
  v("producer_epoch", epoch);
  v("last_sequence", last_sequence, all.def(-1));
  v("last_timestamp", last_timestamp, all.def(-1));
  v("coordinator_epoch", coordinator_epoch);
  v("current_txn_start_offset", current_txn_start_offset, all.def(-1));
}

void describe_producers_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("active_producers", active_producers);
}

void describe_producers_response::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void describe_producers_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("topics", topics);
}

}  // namespace kwire::protocol
