#include <kwire/protocol/messages/end_txn.hpp>

namespace kwire::protocol {

void end_txn_request::describe(visitor& v) {
  v("transactional_id", transactional_id);
  v("producer_id", producer);
  v("producer_epoch", epoch);
  v("committed", committed);
}

void end_txn_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("producer_id", producer, since(5).def(-1).ignorable());
  v("producer_epoch", epoch, since(5).def(-1).ignorable());
}

}  // namespace kwire::protocol
