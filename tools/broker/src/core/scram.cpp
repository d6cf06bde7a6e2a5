#include "core/scram.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace kwire::embedded {
namespace {

const EVP_MD* digest_of(scram_hash hash) { return hash == scram_hash::sha256 ? EVP_sha256() : EVP_sha512(); }

std::size_t size_of(scram_hash hash) { return static_cast<std::size_t>(EVP_MD_get_size(digest_of(hash))); }

const unsigned char* octets(bytes_view of) { return reinterpret_cast<const unsigned char*>(of.data()); }
unsigned char* octets(bytes& of) { return reinterpret_cast<unsigned char*>(of.data()); }

/// OpenSSL fails at these only when it is out of memory or broken.
void need(bool done) {
  if (!done) throw std::runtime_error{"broker: OpenSSL failed"};
}

}  // namespace

std::optional<scram_hash> scram_hash_of(std::string_view mechanism) noexcept {
  if (mechanism == "SCRAM-SHA-256") return scram_hash::sha256;
  if (mechanism == "SCRAM-SHA-512") return scram_hash::sha512;
  return std::nullopt;
}

bytes scram_digest(scram_hash hash, bytes_view content) {
  bytes made(size_of(hash));
  need(EVP_Digest(content.data(), content.size(), octets(made), nullptr, digest_of(hash), nullptr) == 1);
  return made;
}

bytes scram_hmac(scram_hash hash, bytes_view key, bytes_view content) {
  bytes made(size_of(hash));
  unsigned size = 0;
  need(HMAC(digest_of(hash), key.data(), static_cast<int>(key.size()), octets(content), content.size(),
            octets(made), &size) != nullptr);
  return made;
}

scram_credential make_scram_credential(scram_hash hash, std::string_view password, bytes salt,
                                       std::int32_t iterations) {
  scram_credential made;
  made.iterations = iterations;
  made.salted_password.resize(size_of(hash));
  need(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(bytes_view{salt}),
                         static_cast<int>(salt.size()), iterations, digest_of(hash),
                         static_cast<int>(made.salted_password.size()), octets(made.salted_password)) == 1);
  made.salt = std::move(salt);
  return made;
}

bool same_secret(bytes_view a, bytes_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace kwire::embedded
