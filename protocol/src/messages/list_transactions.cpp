#include <kwire/protocol/messages/list_transactions.hpp>

namespace kwire::protocol {

void list_transactions_request::describe(visitor& v) {
  v("state_filters", state_filters);
  v("producer_id_filters", producer_id_filters);
  v("duration_filter", duration_filter, since(1).def(-1));
  v("transactional_id_pattern", transactional_id_pattern, since(2).null(2).def_null());
}

void list_transactions_response::transaction::describe(visitor& v) {
  v("transactional_id", transactional_id);
  v("producer_id", producer);
  v("transaction_state", transaction_state);
}

void list_transactions_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("unknown_state_filters", unknown_state_filters);
  v("transaction_states", transaction_states);
}

}  // namespace kwire::protocol
