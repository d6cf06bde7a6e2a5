#include <kwire/protocol/messages/alter_client_quotas.hpp>

namespace kwire::protocol {

void alter_client_quotas_request::entity_part::describe(visitor& v) {
  v("entity_type", entity_type);
  v("entity_name", entity_name, all.null());
}

void alter_client_quotas_request::operation::describe(visitor& v) {
  v("key", key);
  v("value", value);
  v("remove", remove);
}

void alter_client_quotas_request::entry::describe(visitor& v) {
  v("entity", entity);
  v("ops", ops);
}

void alter_client_quotas_request::describe(visitor& v) {
  v("entries", entries);
  v("validate_only", validate_only);
}

void alter_client_quotas_response::entity_part::describe(visitor& v) {
  v("entity_type", entity_type);
  v("entity_name", entity_name, all.null());
}

void alter_client_quotas_response::entry::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("entity", entity);
}

void alter_client_quotas_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("entries", entries);
}

}  // namespace kwire::protocol
