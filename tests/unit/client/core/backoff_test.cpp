#include "core/backoff.hpp"

#include <doctest/doctest.h>

using namespace kwire;
using namespace std::chrono_literals;

TEST_CASE("backoff: doubles to its limit, give or take a fifth, and begins anew") {
  core::random_source random{1};
  core::backoff pause{100ms, 1s};
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 40; ++i) {
      const auto plain = std::min<core::duration>(100ms * (1 << std::min(i, 4)), 1s);
      const auto next = pause.next(random);
      CHECK(next >= plain * 8 / 10);
      CHECK(next <= plain * 12 / 10);
    }
    CHECK(pause.failures() == 40);
    pause.reset();
  }
  core::backoff longest{std::chrono::milliseconds{INT32_MAX}, std::chrono::milliseconds{INT32_MAX}};
  for (int i = 0; i < 100; ++i) CHECK(longest.next(random) > 0s);
  core::backoff none{0ms, 0ms};
  CHECK(none.next(random) == 0s);
}
