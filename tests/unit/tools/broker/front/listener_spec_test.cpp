#include "front/listener_spec.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace kwire::embedded {
namespace {

TEST_CASE("a listener is an address, with a protocol or without") {
  const auto plain = parse_listener("127.0.0.1:9092");
  CHECK(plain.host == "127.0.0.1");
  CHECK(plain.port == 9092);
  CHECK(plain.protocol() == "PLAINTEXT");
  CHECK(parse_listener("plaintext://h:1").protocol() == "PLAINTEXT");
  CHECK(parse_listener("SSL://h:1").protocol() == "SSL");
  CHECK(parse_listener("sasl_plaintext://h:1").protocol() == "SASL_PLAINTEXT");
  CHECK(parse_listener("sasl_ssl://[::1]:0").protocol() == "SASL_SSL");
  CHECK(parse_listener("sasl_ssl://[::1]:0").host == "::1");
}

TEST_CASE("mistakes say what would be right") {
  const auto complaint = [](const char* text) -> std::string {
    try {
      parse_listener(text);
    } catch (const std::invalid_argument& wrong) {
      return wrong.what();
    }
    return "";
  };
  CHECK(complaint("nowhere") == "broker: listen address \"nowhere\": needs HOST:PORT");
  CHECK(complaint("h:x").find("the port is no number") != std::string::npos);
  CHECK(complaint("h:70000").find("the port is no number") != std::string::npos);
  CHECK(complaint("https://h:1").find("plaintext, ssl, sasl_plaintext, sasl_ssl, not \"https\"") !=
        std::string::npos);
}

}  // namespace
}  // namespace kwire::embedded
