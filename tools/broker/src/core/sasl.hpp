#pragma once

#include <functional>
#include <kwire/protocol/bytes.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/scram.hpp"
#include "core/types.hpp"

namespace kwire::embedded {

/// What a server says to a token of its client.
struct sasl_step {
  enum class outcome { go_on, done, failed };
  outcome what = outcome::failed;
  bytes token{};
  std::string user{};   ///< who it is, when done
  std::string error{};  ///< what the client is told, when failed
};

/// The server's side of one exchange.
class sasl_exchange {
 public:
  virtual ~sasl_exchange() = default;
  virtual sasl_step step(bytes_view token) = 0;
};

/// Where exchanges look up whom they know.
struct sasl_users {
  const std::map<std::string, std::string>& passwords;  ///< of PLAIN
  std::function<const scram_credential*(const std::string& user, scram_hash hash)> scram;
  std::string nonce;  ///< fresh, of printable characters without comma
};

/// PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512, in this order.
const std::vector<std::string>& sasl_mechanisms();

/// Null for a mechanism that is not served. `users` must outlive it.
std::unique_ptr<sasl_exchange> make_sasl_exchange(std::string_view mechanism, sasl_users users);

/// How far a connection to a SASL listener is.
struct sasl_state {
  std::string mechanism;
  std::unique_ptr<sasl_exchange> exchange;  ///< that is under way
  bool raw = false;                         ///< tokens come without request headers (SaslHandshake 0)
  bool authenticated = false;
  std::optional<instant> expires{};  ///< until then the client has to authenticate again (KIP-368)
};

}  // namespace kwire::embedded
