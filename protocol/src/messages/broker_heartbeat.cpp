#include <kwire/protocol/messages/broker_heartbeat.hpp>

namespace kwire::protocol {

void broker_heartbeat_request::describe(visitor& v) {
  v("broker_id", broker_id);
  v("broker_epoch", broker_epoch, all.def(-1));
  v("current_metadata_offset", current_metadata_offset);
  v("want_fence", want_fence);
  v("want_shut_down", want_shut_down);
  v("offline_log_dirs", offline_log_dirs, since(1).tag(0));
  v("cordoned_log_dirs", cordoned_log_dirs, since(2).tag(1).null(2).def_null());
}

void broker_heartbeat_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("is_caught_up", is_caught_up);
  v("is_fenced", is_fenced, all.def(1));
  v("should_shut_down", should_shut_down);
}

}  // namespace kwire::protocol
