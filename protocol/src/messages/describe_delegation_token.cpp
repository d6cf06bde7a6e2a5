#include <kwire/protocol/messages/describe_delegation_token.hpp>

namespace kwire::protocol {

void describe_delegation_token_request::owner::describe(visitor& v) {
  v("principal_type", principal_type);
  v("principal_name", principal_name);
}

void describe_delegation_token_request::describe(visitor& v) { v("owners", owners, all.null()); }

void describe_delegation_token_response::renewer::describe(visitor& v) {
  v("principal_type", principal_type);
  v("principal_name", principal_name);
}

void describe_delegation_token_response::token::describe(visitor& v) {
  v("principal_type", principal_type);
  v("principal_name", principal_name);
  v("token_requester_principal_type", token_requester_principal_type, since(3));
  v("token_requester_principal_name", token_requester_principal_name, since(3));
  v("issue_timestamp", issue_timestamp);
  v("expiry_timestamp", expiry_timestamp);
  v("max_timestamp", max_timestamp);
  v("token_id", token_id);
  v("hmac", hmac, all.secret());
  v("renewers", renewers);
}

void describe_delegation_token_response::describe(visitor& v) {
  v("error_code", error_code);
  v("tokens", tokens);
  v("throttle_time_ms", throttle_time_ms);
}

}  // namespace kwire::protocol
