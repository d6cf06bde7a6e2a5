#include <kwire/protocol/messages/describe_transactions.hpp>

namespace kwire::protocol {

void describe_transactions_request::describe(visitor& v) { v("transactional_ids", transactional_ids); }

void describe_transactions_response::topic::describe(visitor& v) {
  v("topic", name, all.key());
  v("partitions", partitions);
}

void describe_transactions_response::transaction::describe(visitor& v) {
  v("error_code", error_code);
  v("transactional_id", transactional_id);
  v("transaction_state", transaction_state);
  v("transaction_timeout_ms", transaction_timeout_ms);
  v("transaction_start_time_ms", transaction_start_time_ms);
  v("producer_id", producer);
  v("producer_epoch", epoch);
  v("topics", topics);
}

void describe_transactions_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("transaction_states", transaction_states);
}

}  // namespace kwire::protocol
