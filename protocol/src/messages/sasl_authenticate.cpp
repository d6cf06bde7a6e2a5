#include <kwire/protocol/messages/sasl_authenticate.hpp>

namespace kwire::protocol {

void sasl_authenticate_request::describe(visitor& v) { v("auth_bytes", auth_bytes, all.secret()); }

void sasl_authenticate_response::describe(visitor& v) {
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("auth_bytes", auth_bytes, all.secret());
  v("session_lifetime_ms", session_lifetime_ms, since(1).ignorable());
}

}  // namespace kwire::protocol
