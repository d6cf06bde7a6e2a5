#include <kwire/protocol/messages/renew_delegation_token.hpp>

namespace kwire::protocol {

void renew_delegation_token_request::describe(visitor& v) {
  v("hmac", hmac, all.secret());
  v("renew_period_ms", renew_period_ms);
}

void renew_delegation_token_response::describe(visitor& v) {
  v("error_code", error_code);
  v("expiry_timestamp_ms", expiry_timestamp_ms);
  v("throttle_time_ms", throttle_time_ms);
}

}  // namespace kwire::protocol
