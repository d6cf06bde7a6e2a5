#include <kwire/protocol/messages/incremental_alter_configs.hpp>

namespace kwire::protocol {

void incremental_alter_configs_request::config::describe(visitor& v) {
  v("name", name, all.key());
  v("config_operation", config_operation, all.key());
  v("value", value, all.null().secret());  // may be a password
}

void incremental_alter_configs_request::resource::describe(visitor& v) {
  v("resource_type", resource_type, all.key());
  v("resource_name", resource_name, all.key());
  v("configs", configs);
}

void incremental_alter_configs_request::describe(visitor& v) {
  v("resources", resources);
  v("validate_only", validate_only);
}

void incremental_alter_configs_response::resource::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("resource_type", resource_type);
  v("resource_name", resource_name);
}

void incremental_alter_configs_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("responses", responses);
}

}  // namespace kwire::protocol
