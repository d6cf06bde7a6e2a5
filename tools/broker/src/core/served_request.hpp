#pragma once

#include <kwire/protocol/api_facts.hpp>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <string>

#include "core/types.hpp"

namespace kwire::embedded {

/// Through which door a client came in: one of the listeners that each node has.
struct entrance {
  std::size_t listener = 0;
  bool sasl = false;  ///< the client has to say who it is before it is served
  std::string principal = "User:ANONYMOUS";
};

/// What a client has said of itself on a connection.
struct client_info {
  std::size_t listener = 0;
  std::string host;
  std::string client_id;
  std::string software_name;
  std::string software_version;
  std::string principal = "User:ANONYMOUS";
};

/// A request that is being served.
struct request {
  request_token token;
  frame content;
  bytes_view body;  ///< behind the header
  instant now{};
  broker_errc injected{};  ///< answer this instead of doing it; none: do it
  const client_info* client = nullptr;
  node_id node{};  ///< the broker that was asked
};

/// Reads the body of a request, whatever stands behind it: so does Kafka, and librdkafka 2.16 sends some
/// octets too many when it asks for the metadata of all topics.
inline bool decode_body(const request& what, protocol::message_ref into) {
  protocol::reader in{what.body};
  return protocol::decode_front(into, what.token.version, in).has_value();
}

/// An API that the broker speaks.
struct api_entry {
  const protocol::message_info* info;
  const api_facts* facts;
  version_range versions;
  void (*serve)(class broker_core& core, const request& what);
};

}  // namespace kwire::embedded
