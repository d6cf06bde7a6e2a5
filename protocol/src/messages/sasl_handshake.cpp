#include <kwire/protocol/messages/sasl_handshake.hpp>

namespace kwire::protocol {

void sasl_handshake_request::describe(visitor& v) { v("mechanism", mechanism); }

void sasl_handshake_response::describe(visitor& v) {
  v("error_code", error_code);
  v("mechanisms", mechanisms);
}

}  // namespace kwire::protocol
