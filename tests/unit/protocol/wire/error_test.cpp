#include <doctest/doctest.h>

#include <boost/system/system_error.hpp>
#include <kwire/protocol/wire/error.hpp>
#include <set>

using namespace kwire::protocol;

TEST_CASE("wire_errc: every code has a text of its own") {
  std::set<std::string> texts;
  for (int code = 1; code <= static_cast<int>(wire_errc::too_large); ++code) {
    const auto text = make_error_code(static_cast<wire_errc>(code)).message();
    CHECK(text != "unknown wire error");
    CHECK(texts.insert(text).second);
  }
  CHECK(make_error_code(static_cast<wire_errc>(999)).message() == "unknown wire error");
}

TEST_CASE("wire_error: tells what, where and at which octet") {
  const wire_error error{wire_errc::truncated, 17, "topics[2].name"};
  CHECK(error.message() == "the message ends inside a field at topics[2].name (octet 17)");
  CHECK(wire_error{wire_errc::bad_crc}.message() == "record batch checksum mismatch (octet 0)");
}

TEST_CASE("wire_result: value() of an error throws with the text") {
  const wire_result<int> result{wire_error{wire_errc::bad_magic, 3, "x"}};
  try {
    (void)result.value();
    FAIL("no exception");
  } catch (const boost::system::system_error& e) {
    CHECK(e.code() == wire_errc::bad_magic);
    CHECK(std::string_view{e.what()}.find("octet 3") != std::string_view::npos);
  }
}
