#include <kwire/protocol/messages/broker_registration.hpp>

namespace kwire::protocol {

void broker_registration_request::listener::describe(visitor& v) {
  v("name", name, all.key());
  v("host", host);
  v("port", port);
  v("security_protocol", security_protocol);
}

void broker_registration_request::feature_range::describe(visitor& v) {
  v("name", name, all.key());
  v("min_supported_version", min_supported_version);
  v("max_supported_version", max_supported_version);
}

void broker_registration_request::describe(visitor& v) {
  v("broker_id", broker_id);
  v("cluster_id", cluster_id);
  v("incarnation_id", incarnation_id);
  v("listeners", listeners);
  v("features", features);
  v("rack", rack, all.null());
  v("is_migrating_zk_broker", is_migrating_zk_broker, since(1));
  v("log_dirs", log_dirs, since(2).ignorable());
  v("previous_broker_epoch", previous_broker_epoch, since(3).def(-1).ignorable());
}

void broker_registration_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("broker_epoch", broker_epoch, all.def(-1));
}

}  // namespace kwire::protocol
