#include <kwire/protocol/messages/add_offsets_to_txn.hpp>

namespace kwire::protocol {

void add_offsets_to_txn_request::describe(visitor& v) {
  v("transactional_id", transactional_id);
  v("producer_id", producer);
  v("producer_epoch", epoch);
  v("group_id", group_id);
}

void add_offsets_to_txn_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
}

}  // namespace kwire::protocol
