#include "perf.hpp"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "commands.hpp"

using namespace kwire::cli;

TEST_CASE("percentiles are values that were measured") {
  std::vector<std::int64_t> measured;
  CHECK(percentile(measured, 0.5) == 0);
  for (int i = 1000; i > 0; --i) measured.push_back(i);
  CHECK(percentile(measured, 0.5) == 500);
  CHECK(percentile(measured, 0.99) == 990);
  CHECK(percentile(measured, 0.999) == 999);
  CHECK(percentile(measured, 1) == 1000);
  std::vector<std::int64_t> one{7};
  CHECK(percentile(one, 0.001) == 7);
}

TEST_CASE("the JSON line has exactly the promised keys") {
  perf_report report;
  report.records = 1000;
  report.bytes = 2'000'000;
  report.seconds = 2;
  report.cpu_ns = 5'000'000;
  report.peak_rss_kb = 4096;
  report.latencies_ns = {1000, 3000, 2000};
  const auto plain = boost::json::parse(print(report, true, false));
  CHECK(plain.as_object().size() == 6);
  CHECK(plain.at("records").as_int64() == 1000);
  CHECK(plain.at("records_per_second").as_double() == doctest::Approx(500));
  CHECK(plain.at("mb_per_second").as_double() == doctest::Approx(1));
  CHECK(plain.at("cpu_ns_per_record").as_double() == doctest::Approx(5000));
  CHECK(plain.at("peak_rss_kb").as_int64() == 4096);
  const auto latency = boost::json::parse(print(report, true, true));
  CHECK(latency.as_object().size() == 9);
  CHECK(latency.at("p50_us").as_double() == doctest::Approx(2));
  CHECK(latency.at("p999_us").as_double() == doctest::Approx(3));
  CHECK_FALSE(print(report, false, false).empty());
}

TEST_CASE("requests by options") {
  const std::vector<std::string> words{"-t", "x",  "-s", "10", "-c", "5",     "-p",
                                       "1",  "-p", "0",  "-r", "7",  "--json"};
  const perf_request request{parse(perf_produce_command, words), 99};
  CHECK(request.topic == "x");
  CHECK(request.size == 10);
  CHECK(request.count == 5);
  CHECK(request.partitions.size() == 2);
  CHECK(request.rate == 7);
  CHECK(request.json);
  const std::vector<std::string> few{"-t", "x"};
  CHECK(perf_request{parse(perf_produce_command, few), 99}.count == 99);
  CHECK_THROWS_AS(perf_request(parse(perf_produce_command, {}), 1), usage_error);
}

TEST_CASE("a pace is kept, without one there is no waiting") {
  pacer free{std::nullopt};
  free.wait(1'000'000'000);
  pacer pace{10'000};
  const auto began = steady_ns();
  for (std::uint64_t i = 0; i < 200; ++i) pace.wait(i);
  CHECK(steady_ns() - began >= 19'000'000);
}

TEST_CASE("usage of this process is known") {
  const auto usage = process_usage::now();
  CHECK(usage.peak_rss_kb > 0);
  CHECK(random_payload(100).size() == 100);
}
