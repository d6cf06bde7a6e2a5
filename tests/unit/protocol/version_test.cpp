#include <doctest/doctest.h>

#include <algorithm>
#include <kwire/protocol/version.hpp>

TEST_CASE("version: linked library and headers agree, three numbers") {
  CHECK(kwire::version_string() == kwire::library_version);
  CHECK(std::ranges::count(kwire::version_string(), '.') == 2);
}
