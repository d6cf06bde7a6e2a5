#include <doctest/doctest.h>

#include <boost/system/system_error.hpp>
#include <kwire/client/error.hpp>
#include <kwire/protocol/wire/error.hpp>
#include <set>

using namespace kwire;

TEST_CASE("error: says what, where and why in one line") {
  error e{broker_errc::not_leader_or_follower};
  e.in(api::fetch).on("orders", partition_id{3}).at_offset(1042).at_broker(node_id{2}, "10.0.0.7:9092");
  const auto text = e.message();
  CHECK(text.starts_with("Fetch orders-3 at offset 1042 from broker 2 (10.0.0.7:9092): "));
  CHECK(text.find("NOT_LEADER_OR_FOLLOWER") != std::string::npos);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(e.topic() == "orders");
  CHECK(e.partition() == partition_id{3});
  CHECK(e.offset() == 1042);
  error plain{errc::queue_full, "full"};
  CHECK(plain.message() == "QUEUE_FULL: buffer.memory is used up; wait for deliveries and try again; full");
  CHECK(plain.detail() == "full");
  CHECK(error{errc::closed}.topic().empty());
  CHECK_FALSE(error{errc::closed}.partition());
  error seed{errc::not_connected};
  CHECK(seed.at_broker(no_node, "h:1").message().starts_with("from h:1: "));
  error topic{errc::unknown_topic};
  CHECK(topic.on("t").message().starts_with("t: "));
}

TEST_CASE("error: copies do not share what is added later") {
  error first{errc::timed_out, "a"};
  error second = first;
  second.with_detail("b").on("t");
  CHECK(first.detail() == "a");
  CHECK(first.topic().empty());
  CHECK(second.detail() == "b");
}

TEST_CASE("error: every code of the client has a name of its own") {
  std::set<std::string> texts;
  for (int code = 1; code <= static_cast<int>(errc::cancelled); ++code) {
    const auto text = make_error_code(static_cast<errc>(code)).message();
    CHECK(text.find("UNKNOWN: ") == std::string::npos);
    CHECK(texts.insert(text).second);
  }
  CHECK(make_error_code(errc{9999}).message().starts_with("UNKNOWN: "));
}

TEST_CASE("error: what to do about it") {
  struct row {
    error e;
    bool retriable, fatal, abort, stale;
  };
  const row rows[] = {{error{errc::timed_out}, true, false, false, false},
                      {error{errc::not_connected}, true, false, false, false},
                      {error{errc::unsupported_by_broker}, false, false, false, false},
                      {error{errc::fenced}, false, true, false, false},
                      {error{errc::closed}, false, true, false, false},
                      {error{broker_errc::not_leader_or_follower}, true, false, false, true},
                      {error{broker_errc::not_enough_replicas}, true, false, false, false},
                      {error{broker_errc::producer_fenced}, false, true, false, false},
                      {error{broker_errc::topic_authorization_failed}, false, false, false, false},
                      {error{broker_errc::transaction_abortable}, false, false, true, false},
                      {error{make_error_code(protocol::wire_errc::truncated)}, false, false, false, false}};
  for (const auto& row : rows) {
    CAPTURE(row.e.message());
    CHECK(row.e.retriable() == row.retriable);
    CHECK(row.e.fatal() == row.fatal);
    CHECK(row.e.requires_abort() == row.abort);
    CHECK(row.e.metadata_stale() == row.stale);
  }
  CHECK(error{errc::closed} == errc::closed);
  CHECK_FALSE(error{errc::closed} == errc::fenced);
  CHECK_FALSE(error{errc::timed_out} == broker_errc::offset_out_of_range);  // both are number 1
}

TEST_CASE("error: a result without a value throws one that tells all") {
  const result<int> failed = error{errc::queue_full, "why"};
  try {
    (void)failed.value();
    FAIL("no exception");
  } catch (const boost::system::system_error& e) {
    CHECK(e.code() == make_error_code(errc::queue_full));
    CHECK(std::string{e.what()}.find("why") != std::string::npos);
  }
}
