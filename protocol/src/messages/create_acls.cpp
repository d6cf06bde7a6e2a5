#include <kwire/protocol/messages/create_acls.hpp>

namespace kwire::protocol {

void create_acls_request::creation::describe(visitor& v) {
  v("resource_type", resource_type);
  v("resource_name", resource_name);
  v("resource_pattern_type", resource_pattern_type, since(1).def(3));
  v("principal", principal);
  v("host", host);
  v("operation", operation);
  v("permission_type", permission_type);
}

void create_acls_request::describe(visitor& v) { v("creations", creations); }

void create_acls_response::result::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, all.null());
}

void create_acls_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("results", results);
}

}  // namespace kwire::protocol
