#include "front/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdexcept>

#include "front/stream_link.hpp"

namespace kwire::embedded {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr std::chrono::seconds longest_handshake{10};

[[noreturn]] void wrong(const std::string& what, const error_code& why) {
  throw std::invalid_argument{"broker: " + what + " (" + why.message() + ")"};
}

/// The subject as Java writes it: RFC 2253, `CN=name,OU=...`.
std::string subject_of(X509* certificate) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out{BIO_new(BIO_s_mem()), BIO_free};
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string principal_of(tls_stream& stream) {
  const std::unique_ptr<X509, void (*)(X509*)> shown{SSL_get1_peer_certificate(stream.native_handle()),
                                                     X509_free};
  return "User:" + (shown ? subject_of(shown.get()) : "ANONYMOUS");
}

}  // namespace

ssl::context make_tls_context(const tls_identity& identity) {
  ssl::context made{ssl::context::tls_server};
  made.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                   ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  // Sessions are not resumed; with client certificates that would take a context id.
  SSL_CTX_set_session_cache_mode(made.native_handle(), SSL_SESS_CACHE_OFF);
  const auto buffer = [](const std::string& text) { return boost::asio::buffer(text); };
  error_code failed;
  made.use_certificate_chain(buffer(identity.certificate_chain), failed);
  if (failed) wrong("the TLS certificate cannot be used", failed);
  made.use_private_key(buffer(identity.key), ssl::context::pem, failed);
  if (failed) wrong("the TLS key cannot be used with the certificate", failed);
  if (SSL_CTX_check_private_key(made.native_handle()) != 1) {
    throw std::invalid_argument{"broker: the TLS key does not belong to the certificate"};
  }
  if (identity.client_ca.empty()) return made;
  made.add_certificate_authority(buffer(identity.client_ca), failed);
  if (failed) wrong("the certificates that sign those of TLS clients cannot be used", failed);
  made.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, failed);
  return made;
}

std::shared_ptr<link> make_tls_link(tls_stream stream, link::events to) {
  return std::make_shared<stream_link<tls_stream>>(std::move(stream), std::move(to));
}

void tls_greeting::start(greeted then, std::function<void()> over) {
  deadline_.expires_after(longest_handshake);
  deadline_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->close();
  });
  stream_.async_handshake(ssl::stream_base::server, [self = shared_from_this(), then = std::move(then),
                                                     over = std::move(over)](error_code error) {
    self->deadline_.cancel();
    over();
    if (error || !self->stream_.lowest_layer().is_open()) return self->close();
    auto principal = principal_of(self->stream_);
    then(std::move(self->stream_), std::move(principal));
  });
}

void tls_greeting::close() {
  error_code ignored;
  deadline_.cancel();
  stream_.lowest_layer().close(ignored);
}

}  // namespace kwire::embedded
