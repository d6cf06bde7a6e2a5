#include "core/latency_histogram.hpp"

#include <doctest/doctest.h>

using namespace kwire;
using namespace std::chrono_literals;

TEST_CASE("latency: nothing measured") {
  const auto s = core::latency_histogram{}.summary();
  CHECK(s.count == 0);
  CHECK(s.max_us == 0);
}

TEST_CASE("latency: quantiles are at most a bucket above the truth") {
  core::latency_histogram h;
  for (int us = 1; us <= 1000; ++us) h.add(std::chrono::microseconds{us});
  const auto s = h.summary();
  CHECK(s.count == 1000);
  CHECK(s.p50_us >= 500);
  CHECK(s.p50_us <= 575);
  CHECK(s.p99_us >= 990);
  CHECK(s.p99_us <= 1000);
  CHECK(s.max_us == 1000);
}

TEST_CASE("latency: one value, small, negative and absurd ones") {
  for (const core::duration d : {core::duration{0us}, core::duration{1us}, core::duration{7us},
                                 core::duration{8us}, core::duration{30min}, core::duration{24h * 365}}) {
    core::latency_histogram h;
    h.add(d);
    const auto us =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(d).count());
    CHECK(h.summary().max_us == us);
    CHECK(h.summary().p50_us <= us);
    if (d <= 30min) CHECK(h.summary().p50_us >= us - us / 8);
  }
  core::latency_histogram h;
  h.add(-5s);
  CHECK(h.summary().max_us == 0);
}
