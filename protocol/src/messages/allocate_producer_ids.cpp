#include <kwire/protocol/messages/allocate_producer_ids.hpp>

namespace kwire::protocol {

void allocate_producer_ids_request::describe(visitor& v) {
  v("broker_id", broker_id);
  v("broker_epoch", broker_epoch, all.def(-1));
}

void allocate_producer_ids_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("producer_id_start", producer_id_start);
  v("producer_id_len", producer_id_len);
}

}  // namespace kwire::protocol
