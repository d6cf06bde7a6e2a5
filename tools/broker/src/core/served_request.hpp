#pragma once

#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <string>

#include "core/types.hpp"

namespace kwire::embedded {

/// What a client has said of itself on a connection.
struct client_info {
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

/// An API that the broker speaks.
struct api_entry {
  const protocol::message_info* info;
  version_range versions;
  void (*serve)(class broker_core& core, const request& what);
};

}  // namespace kwire::embedded
