#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "front/link.hpp"

namespace kwire::embedded {

/// What a TLS listener shows and asks for, in PEM.
struct tls_identity {
  std::string certificate_chain;  ///< the broker's own first
  std::string key;
  std::string client_ca{};  ///< if set, clients have to show a certificate that one of these has signed
};

/// Throws `std::invalid_argument` for what is no certificate or key, or where they do not belong together.
boost::asio::ssl::context make_tls_context(const tls_identity& identity);

using tls_stream = boost::asio::ssl::stream<link::tcp::socket>;

std::shared_ptr<link> make_tls_link(tls_stream stream, link::events to);

/// A connection whose TLS handshake is under way.
class tls_greeting : public std::enable_shared_from_this<tls_greeting> {
 public:
  /// The stream, and the client as Kafka names it: `User:` and the subject of its certificate, or
  /// `User:ANONYMOUS`.
  using greeted = std::function<void(tls_stream stream, std::string principal)>;

  tls_greeting(link::tcp::socket socket, boost::asio::ssl::context& context)
      : stream_(std::move(socket), context), deadline_(stream_.get_executor()) {}

  /// Calls `then` when the handshake is done; whatever else happens, or does not happen within ten seconds,
  /// ends this connection alone. `over` is called in any case, before `then`.
  void start(greeted then, std::function<void()> over);
  void close();

 private:
  tls_stream stream_;
  boost::asio::steady_timer deadline_;
};

}  // namespace kwire::embedded
