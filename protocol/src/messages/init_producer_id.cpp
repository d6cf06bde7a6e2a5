#include <kwire/protocol/messages/init_producer_id.hpp>

namespace kwire::protocol {

void init_producer_id_request::describe(visitor& v) {
  v("transactional_id", transactional_id, all.null());
  v("transaction_timeout_ms", transaction_timeout_ms);
  v("producer_id", producer, since(3).def(-1));
  v("producer_epoch", epoch, since(3).def(-1));
  v("enable2_pc", enable_2pc, since(6));
  v("keep_prepared_txn", keep_prepared_txn, since(6));
}

void init_producer_id_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, all.ignorable());
  v("error_code", error_code);
  v("producer_id", producer, all.def(-1));
  v("producer_epoch", epoch);
  v("ongoing_txn_producer_id", ongoing_txn_producer_id, since(6).def(-1));
  v("ongoing_txn_producer_epoch", ongoing_txn_producer_epoch, since(6).def(-1));
}

}  // namespace kwire::protocol
