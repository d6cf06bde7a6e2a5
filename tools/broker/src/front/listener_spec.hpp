#pragma once

#include <cstdint>
#include <string>

namespace kwire::embedded {

/// What `[PROTOCOL://]HOST:PORT` says: where a listener is and what it speaks.
struct listener_spec {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  bool sasl = false;

  /// Kafka's name: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.
  std::string protocol() const;
};

/// Throws `std::invalid_argument` with what is wrong.
listener_spec parse_listener(const std::string& text);

}  // namespace kwire::embedded
