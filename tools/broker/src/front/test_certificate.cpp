#include "front/test_certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <stdexcept>

namespace kwire::embedded {
namespace {

using key_handle = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using certificate_handle = std::unique_ptr<X509, void (*)(X509*)>;

constexpr long valid_before = -3600;  // clocks differ
constexpr long valid_for = 30L * 24 * 60 * 60;

void need(bool done) {
  if (!done) throw std::runtime_error{"broker: OpenSSL could not make a test certificate"};
}

key_handle make_key() {
  key_handle made{EVP_EC_gen("P-256"), EVP_PKEY_free};
  need(made != nullptr);
  return made;
}

void add_extension(X509* to, X509* issuer, int which, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> made{
      X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str()), X509_EXTENSION_free};
  need(made != nullptr && X509_add_ext(to, made.get(), -1) == 1);
}

certificate_handle make_unsigned(const std::string& name, EVP_PKEY* key) {
  certificate_handle made{X509_new(), X509_free};
  need(made != nullptr && X509_set_version(made.get(), X509_VERSION_3) == 1);
  std::uint64_t serial = 0;
  need(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  need(ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial >> 1 | 1) == 1);
  need(X509_gmtime_adj(X509_getm_notBefore(made.get()), valid_before) != nullptr);
  need(X509_gmtime_adj(X509_getm_notAfter(made.get()), valid_for) != nullptr);
  need(X509_set_pubkey(made.get(), key) == 1);
  auto* subject = X509_get_subject_name(made.get());
  need(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                  reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1);
  return made;
}

std::string text_of(BIO* out) {
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out, &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out{BIO_new(BIO_s_mem()), BIO_free};
  need(PEM_write_bio_X509(out.get(), certificate) == 1);
  return text_of(out.get());
}

std::string pem_of(EVP_PKEY* key) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out{BIO_new(BIO_s_mem()), BIO_free};
  need(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(out.get());
}

std::string alternative_names(const std::vector<std::string>& hosts) {
  std::string names;
  for (const auto& host : hosts) {
    boost::system::error_code is_name;
    boost::asio::ip::make_address(host, is_name);
    names += (names.empty() ? "" : ",") + std::string{is_name ? "DNS:" : "IP:"} + host;
  }
  return names;
}

}  // namespace

test_certificate make_test_certificate(const std::vector<std::string>& hosts) {
  const auto ca_key = make_key();
  const auto ca = make_unsigned("kwire test authority", ca_key.get());
  need(X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get())) == 1);
  add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  need(X509_sign(ca.get(), ca_key.get(), EVP_sha256()) > 0);

  const auto key = make_key();
  const auto leaf = make_unsigned(hosts.front(), key.get());
  need(X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca.get())) == 1);
  add_extension(leaf.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(leaf.get(), ca.get(), NID_subject_alt_name, alternative_names(hosts));
  add_extension(leaf.get(), ca.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(leaf.get(), ca.get(), NID_authority_key_identifier, "keyid");
  need(X509_sign(leaf.get(), ca_key.get(), EVP_sha256()) > 0);
  return {pem_of(ca.get()), pem_of(leaf.get()), pem_of(key.get())};
}

}  // namespace kwire::embedded
