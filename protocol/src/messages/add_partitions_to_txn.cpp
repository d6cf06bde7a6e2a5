#include <kwire/protocol/messages/add_partitions_to_txn.hpp>

namespace kwire::protocol {

void add_partitions_to_txn_request::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("partitions", partitions);
}

void add_partitions_to_txn_request::transaction::describe(visitor& v) {
  v("transactional_id", transactional_id, since(4).key());
  v("producer_id", producer, since(4));
  v("producer_epoch", epoch, since(4));
  v("verify_only", verify_only, since(4));
  v("topics", topics, since(4));
}

void add_partitions_to_txn_request::describe(visitor& v) {
  v("transactions", transactions, since(4));
  v("v3_and_below_transactional_id", v3_and_below_transactional_id, until(3));
  v("v3_and_below_producer_id", v3_and_below_producer_id, until(3));
  v("v3_and_below_producer_epoch", v3_and_below_producer_epoch, until(3));
  v("v3_and_below_topics", v3_and_below_topics, until(3));
}

void add_partitions_to_txn_response::partition::describe(visitor& v) {
  v("partition_index", partition_index, all.key());
  v("partition_error_code", partition_error_code);
}

void add_partitions_to_txn_response::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("results_by_partition", results_by_partition);
}

void add_partitions_to_txn_response::transaction::describe(visitor& v) {
  v("transactional_id", transactional_id, since(4).key());
  v("topic_results", topic_results, since(4));
}

void add_partitions_to_txn_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code, since(4).ignorable());
  v("results_by_transaction", results_by_transaction, since(4));
  v("results_by_topic_v3_and_below", results_by_topic_v3_and_below, until(3));
}

}  // namespace kwire::protocol
