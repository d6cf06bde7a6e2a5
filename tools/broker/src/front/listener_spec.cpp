#include "front/listener_spec.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace kwire::embedded {
namespace {

[[noreturn]] void wrong(const std::string& text, const std::string& why) {
  throw std::invalid_argument{"broker: listen address \"" + text + "\": " + why};
}

void read_protocol(const std::string& text, std::string name, listener_spec& into) {
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  into.tls = name == "ssl" || name == "sasl_ssl";
  into.sasl = name.starts_with("sasl_");
  if (name == "plaintext" || name == "ssl" || name == "sasl_plaintext" || name == "sasl_ssl") return;
  wrong(text, "the protocol is one of plaintext, ssl, sasl_plaintext, sasl_ssl, not \"" + name + "\"");
}

}  // namespace

std::string listener_spec::protocol() const {
  return sasl ? tls ? "SASL_SSL" : "SASL_PLAINTEXT" : tls ? "SSL" : "PLAINTEXT";
}

listener_spec parse_listener(const std::string& text) {
  listener_spec parsed;
  auto rest = text;
  if (const auto slashes = text.find("://"); slashes != text.npos) {
    read_protocol(text, text.substr(0, slashes), parsed);
    rest = text.substr(slashes + 3);
  }
  const auto colon = rest.rfind(':');
  if (colon == rest.npos) wrong(text, "needs HOST:PORT");
  parsed.host = rest.substr(0, colon);
  if (parsed.host.size() > 1 && parsed.host.front() == '[') parsed.host = parsed.host.substr(1, colon - 2);
  const auto* end = rest.data() + rest.size();
  const auto [at, error] = std::from_chars(rest.data() + colon + 1, end, parsed.port);
  if (error != std::errc{} || at != end) wrong(text, "the port is no number from 0 to 65535");
  return parsed;
}

}  // namespace kwire::embedded
