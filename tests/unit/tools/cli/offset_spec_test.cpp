#include "offset_spec.hpp"

#include <doctest/doctest.h>

#include "options.hpp"

using namespace kwire::cli;
using kind = offset_spec::kind;

namespace {

const kwire::timestamp now{std::chrono::milliseconds{1'000'000'000'000}};

std::pair<kind, std::int64_t> parsed(std::string_view text) {
  const auto spec = parse_offset(text, now);
  return {spec.what, spec.number};
}
using expected = std::pair<kind, std::int64_t>;

}  // namespace

TEST_CASE("places and offsets") {
  CHECK(parsed("beginning") == expected{kind::beginning, 0});
  CHECK(parsed("end") == expected{kind::end, 0});
  CHECK(parsed("stored") == expected{kind::stored, 0});
  CHECK(parsed("0") == expected{kind::absolute, 0});
  CHECK(parsed("9223372036854775807") == expected{kind::absolute, INT64_MAX});
  CHECK(parsed("-10") == expected{kind::from_end, 10});
  CHECK(parsed("-0") == expected{kind::from_end, 0});
}

TEST_CASE("times") {
  CHECK(parsed("s@1500") == expected{kind::start_time, 1500});
  CHECK(parsed("e@1500") == expected{kind::stop_time, 1500});
  CHECK(parsed("@1500") == expected{kind::start_time, 1500});
  CHECK(parsed("@-2h") == expected{kind::start_time, 1'000'000'000'000 - 7'200'000});
  CHECK(parsed("@-90s") == expected{kind::start_time, 1'000'000'000'000 - 90'000});
  CHECK(parsed("e@-1d") == expected{kind::stop_time, 1'000'000'000'000 - 86'400'000});
  CHECK(parsed("@2001-09-09T01:46:40Z") == expected{kind::start_time, 1'000'000'000'000});
  CHECK(parsed("@2001-09-09T01:46:40.250Z") == expected{kind::start_time, 1'000'000'000'250});
  CHECK(parsed("@2001-09-09 01:46Z") == expected{kind::start_time, 999'999'960'000});
  CHECK(parsed("@1970-01-02Z") == expected{kind::start_time, 86'400'000});
}

TEST_CASE("anything else is refused") {
  for (const auto* text :
       {"", "x", "1x", "--1", "@", "@x", "@-2w", "@-h", "s@", "@2001-13-01Z", "@2001-1-1Z", "@2001-09-09T01Z",
        "@2001-09-09T01:46:40.2Z", "@2001-09-09Zx", "-9223372036854775808"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_offset(text, now), usage_error);
  }
}
