#include <kwire/protocol/messages/controller_registration.hpp>

namespace kwire::protocol {

void controller_registration_request::listener::describe(visitor& v) {
  v("name", name, all.key());
  v("host", host);
  v("port", port);
  v("security_protocol", security_protocol);
}

void controller_registration_request::feature_range::describe(visitor& v) {
  v("name", name, all.key());
  v("min_supported_version", min_supported_version);
  v("max_supported_version", max_supported_version);
}

void controller_registration_request::describe(visitor& v) {
  v("controller_id", controller_id);
  v("incarnation_id", incarnation_id);
  v("zk_migration_ready", zk_migration_ready);
  v("listeners", listeners);
  v("features", features);
}

void controller_registration_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
}

}  // namespace kwire::protocol
