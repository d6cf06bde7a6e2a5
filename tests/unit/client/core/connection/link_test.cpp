#include "core/connection/link.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/wire/error.hpp>

using namespace kwire;
using core::check_frame_length;

TEST_CASE("frame length: what can be an answer, and what speaks another protocol") {
  struct row {
    std::int32_t length;
    const char* says;  // null: good
  };
  const row rows[] = {{4, nullptr},
                      {1000, nullptr},
                      {3, "impossible"},
                      {0, "impossible"},
                      {-1, "impossible"},
                      {INT32_MIN, "impossible"},
                      {0x48545450, "HTTP"},
                      {0x5353482d, "SSH"},
                      {0x15030300, "TLS"},
                      {0x16030100, "TLS"},
                      {1001, "receive.message.max.bytes=1000"},
                      {INT32_MAX, "receive.message.max.bytes=1000"}};
  for (const auto& row : rows) {
    CAPTURE(row.length);
    const auto length = check_frame_length(row.length, 1000);
    REQUIRE(length.has_value() == (row.says == nullptr));
    if (length) {
      CHECK(*length == static_cast<std::size_t>(row.length));
    } else {
      CHECK(length.error().message().find(row.says) != std::string::npos);
    }
  }
  CHECK(check_frame_length(0x48545450, 1U << 31).error() == errc::not_a_kafka_broker);
  CHECK(check_frame_length(INT32_MAX, 1U << 31).has_value());
  CHECK(check_frame_length(1001, 1000).error().code() ==
        make_error_code(protocol::wire_errc::frame_too_large));
}
