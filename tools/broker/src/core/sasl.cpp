#include "core/sasl.hpp"

#include <algorithm>
#include <kwire/protocol/base64.hpp>

namespace kwire::embedded {
namespace {

using enum sasl_step::outcome;

std::string base64(bytes_view octets) {
  std::string text;
  append_base64(text, octets);
  return text;
}

sasl_step refuse(std::string why) { return {failed, {}, {}, std::move(why)}; }

class plain_exchange final : public sasl_exchange {
 public:
  explicit plain_exchange(sasl_users users) : users_(std::move(users)) {}

  sasl_step step(bytes_view token) override {
    const auto text = as_text(token);
    const auto first = text.find('\0');
    const auto second = first == text.npos ? text.npos : text.find('\0', first + 1);
    if (second == text.npos || text.find('\0', second + 1) != text.npos) {
      return refuse("Invalid SASL/PLAIN response: expected 3 tokens");
    }
    const auto as_whom = text.substr(0, first);
    const std::string user{text.substr(first + 1, second - first - 1)};
    const auto password = text.substr(second + 1);
    if (user.empty() || password.empty()) {
      return refuse("Authentication failed: username or password not specified");
    }
    const auto known = users_.passwords.find(user);
    if (known == users_.passwords.end() || !same_secret(as_bytes(password), as_bytes(known->second))) {
      return refuse("Authentication failed: Invalid username or password");
    }
    if (!as_whom.empty() && as_whom != user) {
      return refuse(
          "Authentication failed: Client requested an authorization id that is different from username");
    }
    return {done, {}, user};
  }

 private:
  sasl_users users_;
};

/// The value of `letter=...`, up to the next comma.
std::optional<std::string_view> attribute(std::string_view message, char letter) {
  while (!message.empty()) {
    const auto end = std::min(message.find(','), message.size());
    const auto part = message.substr(0, end);
    if (part.size() >= 2 && part[0] == letter && part[1] == '=') return part.substr(2);
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return std::nullopt;
}

/// A name with its commas and equals signs; nothing when it is not written as RFC 5802 wants it.
std::optional<std::string> unescaped(std::string_view name) {
  std::string plain;
  while (!name.empty()) {
    if (name.front() != '=') {
      plain += name.front();
      name.remove_prefix(1);
      continue;
    }
    if (!name.starts_with("=2C") && !name.starts_with("=3D")) return std::nullopt;
    plain += name[2] == 'C' ? ',' : '=';
    name.remove_prefix(3);
  }
  return plain;
}

class scram_exchange final : public sasl_exchange {
 public:
  scram_exchange(sasl_users users, std::string mechanism, scram_hash hash)
      : users_(std::move(users)), mechanism_(std::move(mechanism)), hash_(hash) {}

  sasl_step step(bytes_view token) override {
    return credential_ == nullptr ? first(as_text(token)) : last(as_text(token));
  }

 private:
  sasl_step wrong() const {
    return refuse(
        "Authentication failed during authentication due to invalid credentials with SASL mechanism " +
        mechanism_);
  }
  sasl_step malformed() const { return refuse("Invalid SCRAM message with SASL mechanism " + mechanism_); }

  /// `n,[a=name],n=name,r=nonce[,extensions]`
  sasl_step first(std::string_view message) {
    if (!message.starts_with("n,") && !message.starts_with("y,")) return malformed();
    const auto second = message.find(',', 2);
    if (second == message.npos) return malformed();
    const auto as_whom = message.substr(2, second - 2);
    const auto bare = message.substr(second + 1);
    const auto name = attribute(bare, 'n');
    const auto nonce = attribute(bare, 'r');
    if (!bare.starts_with("n=") || !name || !nonce || nonce->empty()) return malformed();
    auto user = unescaped(*name);
    if (!user) return malformed();
    if (!as_whom.empty() && as_whom != "a=" + std::string{*name}) {
      return refuse(
          "Authentication failed: Client requested an authorization id that is different from username");
    }
    const auto* known = users_.scram(*user, hash_);
    if (known == nullptr) return wrong();
    credential_ = std::make_unique<scram_credential>(*known);
    user_ = std::move(*user);
    header_ = to_bytes(as_bytes(message.substr(0, second + 1)));
    nonce_ = std::string{*nonce} + users_.nonce;
    const auto answer =
        "r=" + nonce_ + ",s=" + base64(credential_->salt) + ",i=" + std::to_string(credential_->iterations);
    said_ = std::string{bare} + "," + answer;
    return {go_on, to_bytes(as_bytes(answer))};
  }

  /// `c=header,r=nonce[,extensions],p=proof`
  sasl_step last(std::string_view message) {
    const auto at = message.rfind(",p=");
    const auto binding = attribute(message, 'c');
    const auto nonce = attribute(message, 'r');
    if (at == message.npos || !binding || !nonce) return malformed();
    const auto proof = from_base64(message.substr(at + 3));
    if (!proof || *nonce != nonce_ || *binding != base64(header_)) return wrong();
    const auto said = said_ + "," + std::string{message.substr(0, at)};
    const auto key = scram_hmac(hash_, credential_->salted_password, as_bytes("Client Key"));
    const auto stored = scram_digest(hash_, key);
    auto shown = scram_hmac(hash_, stored, as_bytes(said));
    if (proof->size() != shown.size()) return wrong();
    for (std::size_t i = 0; i < shown.size(); ++i) shown[i] ^= (*proof)[i];
    if (!same_secret(scram_digest(hash_, shown), stored)) return wrong();
    const auto server_key = scram_hmac(hash_, credential_->salted_password, as_bytes("Server Key"));
    const auto signature = "v=" + base64(scram_hmac(hash_, server_key, as_bytes(said)));
    return {done, to_bytes(as_bytes(signature)), user_};
  }

  sasl_users users_;
  std::string mechanism_;
  scram_hash hash_;
  std::unique_ptr<scram_credential> credential_;  ///< set by the first message
  std::string user_;
  bytes header_;
  std::string nonce_;
  std::string said_;
};

}  // namespace

const std::vector<std::string>& sasl_mechanisms() {
  static const std::vector<std::string> names{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};
  return names;
}

std::unique_ptr<sasl_exchange> make_sasl_exchange(std::string_view mechanism, sasl_users users) {
  if (mechanism == "PLAIN") return std::make_unique<plain_exchange>(std::move(users));
  const auto hash = scram_hash_of(mechanism);
  if (!hash) return nullptr;
  return std::make_unique<scram_exchange>(std::move(users), std::string{mechanism}, *hash);
}

}  // namespace kwire::embedded
