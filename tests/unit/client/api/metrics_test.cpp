#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <kwire/client/metrics.hpp>

using namespace kwire;

TEST_CASE("metrics: one JSON object, whatever texts contain") {
  metrics_snapshot numbers;
  CHECK(to_json(numbers) == R"({"brokers":[],"producers":[],"consumers":[]})");
  numbers.brokers.resize(2);
  auto& broker = numbers.brokers[0];
  broker.id = node_id{3};
  broker.address = "h:1";
  broker.last_failure = "quote \" backslash \\ line\nend \x01 tab\t";
  broker.requests = UINT64_MAX;
  broker.latency.p99_us = 7;
  numbers.producers.emplace_back().records_failed = 5;
  numbers.consumers.emplace_back().rebalances = 6;
  const auto read = boost::json::parse(to_json(numbers));
  CHECK(read.at("brokers").as_array().size() == 2);
  const auto& first = read.at("brokers").at(0);
  CHECK(first.at("id").as_int64() == 3);
  CHECK(first.at("last_failure").as_string() == broker.last_failure);
  CHECK(first.at("requests").as_uint64() == UINT64_MAX);
  CHECK(first.at("latency").at("p99_us").as_int64() == 7);
  CHECK(read.at("brokers").at(1).at("id").as_int64() == -1);
  CHECK(read.at("producers").at(0).at("records_failed").as_int64() == 5);
  CHECK(read.at("consumers").at(0).at("rebalances").as_int64() == 6);
}
