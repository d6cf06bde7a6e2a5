#include <kwire/protocol/messages/alter_user_scram_credentials.hpp>

namespace kwire::protocol {

void alter_user_scram_credentials_request::deletion::describe(visitor& v) {
  v("name", name);
  v("mechanism", mechanism);
}

void alter_user_scram_credentials_request::upsertion::describe(visitor& v) {
  v("name", name);
  v("mechanism", mechanism);
  v("iterations", iterations);
  v("salt", salt, all.secret());
  v("salted_password", salted_password, all.secret());
}

void alter_user_scram_credentials_request::describe(visitor& v) {
  v("deletions", deletions);
  v("upsertions", upsertions);
}

void alter_user_scram_credentials_response::result::describe(visitor& v) {
  v("user", user);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
}

void alter_user_scram_credentials_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("results", results);
}

}  // namespace kwire::protocol
