#include <kwire/protocol/messages/stored/transactions.hpp>

namespace kwire::protocol {

void transaction_log_key::describe(visitor& v) { v("transactional_id", transactional_id); }

void transaction_log_value::topic::describe(visitor& v) {
  v("topic", name);
  v("partition_ids", partition_ids);
}

void transaction_log_value::describe(visitor& v) {
  v("producer_id", producer);
  v("previous_producer_id", previous_producer_id, since(1).tag(0).def(-1));
  v("next_producer_id", next_producer_id, since(1).tag(1).def(-1));
  v("producer_epoch", epoch);
  v("next_producer_epoch", next_producer_epoch, since(1).tag(3).def(-1));
  v("transaction_timeout_ms", transaction_timeout_ms);
  v("transaction_status", transaction_status);
  v("transaction_partitions", transaction_partitions, all.null());
  v("transaction_last_update_timestamp_ms", transaction_last_update_timestamp_ms);
  v("transaction_start_timestamp_ms", transaction_start_timestamp_ms);
  v("client_transaction_version", client_transaction_version, since(1).tag(2));
}

void aborted_txn::describe(visitor& v) {
  v("producer_id", producer);
  v("first_offset", first_offset);
  v("last_offset", last_offset);
  v("last_stable_offset", last_stable_offset);
}

}  // namespace kwire::protocol
