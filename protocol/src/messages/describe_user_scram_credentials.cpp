#include <kwire/protocol/messages/describe_user_scram_credentials.hpp>

namespace kwire::protocol {

void describe_user_scram_credentials_request::user::describe(visitor& v) { v("name", name); }

void describe_user_scram_credentials_request::describe(visitor& v) { v("users", users, all.null()); }

void describe_user_scram_credentials_response::credential::describe(visitor& v) {
  v("mechanism", mechanism);
  v("iterations", iterations);
}

void describe_user_scram_credentials_response::result::describe(visitor& v) {
  v("user", user);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("credential_infos", credential_infos);
}

void describe_user_scram_credentials_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("results", results);
}

}  // namespace kwire::protocol
