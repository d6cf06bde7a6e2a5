#pragma once

#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>

namespace kwire::protocol {

/// What a broker's forwarded request tells of the client it came from.
struct default_principal_data {
  static constexpr message_info info{"DefaultPrincipalData", no_api, direction::stored, {0, 0}, 0};

  std::string type;
  std::string name;
  bool token_authenticated = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
