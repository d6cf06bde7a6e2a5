#include <kwire/protocol/messages/expire_delegation_token.hpp>

namespace kwire::protocol {

void expire_delegation_token_request::describe(visitor& v) {
  v("hmac", hmac, all.secret());
  v("expiry_time_period_ms", expiry_time_period_ms);
}

void expire_delegation_token_response::describe(visitor& v) {
  v("error_code", error_code);
  v("expiry_timestamp_ms", expiry_timestamp_ms);
  v("throttle_time_ms", throttle_time_ms);
}

}  // namespace kwire::protocol
