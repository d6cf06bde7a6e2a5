#include <kwire/protocol/messages/list_config_resources.hpp>

namespace kwire::protocol {

void list_config_resources_request::describe(visitor& v) { v("resource_types", resource_types, since(1)); }

void list_config_resources_response::resource::describe(visitor& v) {
  v("resource_name", resource_name);
  v("resource_type", resource_type, since(1).def(16).ignorable());
}

void list_config_resources_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("config_resources", config_resources);
}

}  // namespace kwire::protocol
