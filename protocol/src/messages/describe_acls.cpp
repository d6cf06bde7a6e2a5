#include <kwire/protocol/messages/describe_acls.hpp>

namespace kwire::protocol {

void describe_acls_request::describe(visitor& v) {
  v("resource_type_filter", resource_type_filter);
  v("resource_name_filter", resource_name_filter, all.null());
  v("pattern_type_filter", pattern_type_filter, since(1).def(3));
  v("principal_filter", principal_filter, all.null());
  v("host_filter", host_filter, all.null());
  v("operation", operation);
  v("permission_type", permission_type);
}

void describe_acls_response::acl::describe(visitor& v) {
  v("principal", principal);
  v("host", host);
  v("operation", operation);
  v("permission_type", permission_type);
}

void describe_acls_response::resource::describe(visitor& v) {
  v("resource_type", resource_type);
  v("resource_name", resource_name);
  v("pattern_type", pattern_type, since(1).def(3));
  v("acls", acls);
}

void describe_acls_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("resources", resources);
}

}  // namespace kwire::protocol
