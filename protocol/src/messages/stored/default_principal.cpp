#include <kwire/protocol/messages/stored/default_principal.hpp>

namespace kwire::protocol {

void default_principal_data::describe(visitor& v) {
  v("type", type);
  v("name", name);
  v("token_authenticated", token_authenticated);
}

}  // namespace kwire::protocol
