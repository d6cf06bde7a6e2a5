#include <kwire/protocol/messages/envelope.hpp>

namespace kwire::protocol {

// What is inside may hold passwords and tokens, so it is secret as a whole.

void envelope_request::describe(visitor& v) {
  v("request_data", request_data, all.secret());
  v("request_principal", request_principal, all.null());
  v("client_host_address", client_host_address);
}

void envelope_response::describe(visitor& v) {
  v("response_data", response_data, all.null().def_null().secret());
  v("error_code", error_code);
}

}  // namespace kwire::protocol
