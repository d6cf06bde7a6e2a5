#include <kwire/protocol/messages/describe_configs.hpp>

namespace kwire::protocol {

void describe_configs_request::resource::describe(visitor& v) {
  v("resource_type", resource_type);
  v("resource_name", resource_name);
  v("configuration_keys", configuration_keys, all.null());
}

void describe_configs_request::describe(visitor& v) {
  v("resources", resources);
  v("include_synonyms", include_synonyms, since(1));
  v("include_documentation", include_documentation, since(3));
}

void describe_configs_response::synonym::describe(visitor& v) {
  v("name", name, since(1));
  v("value", value, since(1).null());
  v("source", source, since(1));
}

void describe_configs_response::config::describe(visitor& v) {
  v("name", name);
  v("value", value, all.null());
  v("read_only", read_only);
  v("is_default", is_default, until(0));
  v("config_source", config_source, since(1).def(-1).ignorable());
  v("is_sensitive", is_sensitive);
  v("synonyms", synonyms, since(1).ignorable());
  v("config_type", config_type, since(3).ignorable());
  v("documentation", documentation, since(3).null().ignorable());
}

void describe_configs_response::result::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("resource_type", resource_type);
  v("resource_name", resource_name);
  v("configs", configs);
}

void describe_configs_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("results", results);
}

}  // namespace kwire::protocol
