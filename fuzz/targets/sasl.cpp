// The embedded broker's side of SASL: nobody gets in without the password.
#include "core/sasl.hpp"

#include <array>

#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

const embedded::scram_credential& credential(embedded::scram_hash hash) {
  const auto make = [](embedded::scram_hash of) {
    return embedded::make_scram_credential(of, "a password", to_bytes(as_bytes("salt")), 4096);
  };
  static const std::array both{make(embedded::scram_hash::sha256), make(embedded::scram_hash::sha512)};
  return both[hash == embedded::scram_hash::sha256 ? 0 : 1];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::map<std::string, std::string> passwords{{"alice", "a password"}};
  fuzz::input in{data, size};
  const auto mechanisms = embedded::sasl_mechanisms();
  const auto& mechanism = mechanisms[in.below(mechanisms.size())];
  const auto known = [](const std::string& user, embedded::scram_hash hash) {
    return user == "alice" ? &credential(hash) : nullptr;
  };
  const auto exchange = embedded::make_sasl_exchange(mechanism, {passwords, known, "nonce"});
  fuzz::require(exchange != nullptr, "mechanisms that are listed are served");
  for (int i = 0; i < 6 && !in.empty(); ++i) {
    const auto token = in.piece();
    const auto said = exchange->step(token);
    using enum embedded::sasl_step::outcome;
    fuzz::require(said.token.size() <= 2 * token.size() + 256, "answers are not much larger than tokens");
    if (said.what == failed) {
      fuzz::require(!said.error.empty(), "a refusal says why");
      break;
    }
    if (said.what == go_on) continue;
    const auto text = as_text(token);
    const bool right = mechanism == "PLAIN" && text.ends_with(std::string_view{"\0alice\0a password", 17});
    fuzz::require(right && said.user == "alice", "nobody gets in without the password",
                  [&] { return mechanism; });
    break;
  }
  return 0;
}
