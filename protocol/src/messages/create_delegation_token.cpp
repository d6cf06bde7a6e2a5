#include <kwire/protocol/messages/create_delegation_token.hpp>

namespace kwire::protocol {

void create_delegation_token_request::renewer::describe(visitor& v) {
  v("principal_type", principal_type);
  v("principal_name", principal_name);
}

void create_delegation_token_request::describe(visitor& v) {
  v("owner_principal_type", owner_principal_type, since(3).null(3));
  v("owner_principal_name", owner_principal_name, since(3).null(3));
  v("renewers", renewers);
  v("max_lifetime_ms", max_lifetime_ms);
}

void create_delegation_token_response::describe(visitor& v) {
  v("error_code", error_code);
  v("principal_type", principal_type);
  v("principal_name", principal_name);
  v("token_requester_principal_type", token_requester_principal_type, since(3));
  v("token_requester_principal_name", token_requester_principal_name, since(3));
  v("issue_timestamp_ms", issue_timestamp_ms);
  v("expiry_timestamp_ms", expiry_timestamp_ms);
  v("max_timestamp_ms", max_timestamp_ms);
  v("token_id", token_id);
  v("hmac", hmac, all.secret());
  v("throttle_time_ms", throttle_time_ms);
}

}  // namespace kwire::protocol
