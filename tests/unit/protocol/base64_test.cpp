#include <doctest/doctest.h>

#include <kwire/protocol/base64.hpp>

using namespace kwire;

namespace {

std::string base64(std::string_view text) {
  std::string out;
  append_base64(out, as_bytes(text));
  return out;
}

}  // namespace

TEST_CASE("base64: every remainder, as in RFC 4648 section 10") {
  for (auto [plain, coded] :
       {std::pair{"", ""}, std::pair{"f", "Zg=="}, std::pair{"fo", "Zm8="}, std::pair{"foo", "Zm9v"},
        std::pair{"foob", "Zm9vYg=="}, std::pair{"fooba", "Zm9vYmE="}, std::pair{"foobar", "Zm9vYmFy"},
        std::pair{"\xff\xfe", "//4="}, std::pair{"\xfb\xff", "+/8="}}) {
    CHECK(base64(plain) == coded);
    const auto back = from_base64(coded);
    REQUIRE(back.has_value());
    CHECK(as_text(*back) == plain);
  }
}

TEST_CASE("base64: what is none is refused") {
  for (auto text : {"Z", "Zg", "Zg=", "Zh==", "====", "Zm9v=", "Zm-v", "Zm9 ", "Z===", "Zm=v"}) {
    INFO(text);
    CHECK(!from_base64(text).has_value());
  }
}
