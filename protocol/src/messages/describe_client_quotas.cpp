#include <kwire/protocol/messages/describe_client_quotas.hpp>

namespace kwire::protocol {

void describe_client_quotas_request::component::describe(visitor& v) {
  v("entity_type", entity_type);
  v("match_type", match_type);
  v("match", match, all.null());
}

void describe_client_quotas_request::describe(visitor& v) {
  v("components", components);
  v("strict", strict);
}

void describe_client_quotas_response::entity_part::describe(visitor& v) {
  v("entity_type", entity_type);
  v("entity_name", entity_name, all.null());
}

void describe_client_quotas_response::quota::describe(visitor& v) {
  v("key", key);
  v("value", value);
}

void describe_client_quotas_response::entry::describe(visitor& v) {
  v("entity", entity);
  v("values", values);
}

void describe_client_quotas_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("entries", entries, all.null());
}

}  // namespace kwire::protocol
