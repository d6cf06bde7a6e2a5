#include <kwire/protocol/messages/delete_acls.hpp>

namespace kwire::protocol {

void delete_acls_request::filter::describe(visitor& v) {
  v("resource_type_filter", resource_type_filter);
  v("resource_name_filter", resource_name_filter, all.null());
  v("pattern_type_filter", pattern_type_filter, since(1).def(3));
  v("principal_filter", principal_filter, all.null());
  v("host_filter", host_filter, all.null());
  v("operation", operation);
  v("permission_type", permission_type);
}

void delete_acls_request::describe(visitor& v) { v("filters", filters); }

void delete_acls_response::matching_acl::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("resource_type", resource_type);
  v("resource_name", resource_name);
  v("pattern_type", pattern_type, since(1).def(3));
  v("principal", principal);
  v("host", host);
  v("operation", operation);
  v("permission_type", permission_type);
}

void delete_acls_response::filter_result::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("matching_acls", matching_acls);
}

void delete_acls_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("filter_results", filter_results);
}

}  // namespace kwire::protocol
