#include "api/outcome_listeners.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace kwire;
using api_detail::outcome_listeners;

namespace {

/// Adds its letter to the value, and keeps what it was told.
struct marker final : producer_interceptor {
  std::string letter;
  bool throws;
  std::vector<std::string> told;

  explicit marker(std::string l, bool t = false) : letter(std::move(l)), throws(t) {}
  void on_send(record& what) override {
    what.value(what.keep(std::string{what.value().value_or("")} + letter));
    if (throws) throw std::runtime_error{"no " + letter};
  }
  void on_acknowledgement(const delivery& d) override {
    told.push_back(std::string{d.topic()} + (d ? " good" : " bad") + std::to_string(raw(d.partition())));
    if (throws) throw 7;
  }
};

}  // namespace

TEST_CASE(
    "outcome listeners: interceptors change the record in their order; one that throws changes nothing") {
  std::string thrown;
  outcome_listeners all{[&](const char* what) { thrown += what; }};
  CHECK_FALSE(all.intercepting());
  all.add(std::make_shared<marker>("a"));
  all.add(std::make_shared<marker>("b", true));
  all.add(std::make_shared<marker>("c"));
  CHECK(all.intercepting());
  record what{"t", std::nullopt, "-"};
  all.on_send(what);
  CHECK(*what.value() == "-ac");
  CHECK(thrown == "no b");
  const auto copy = what;  // what it keeps outlives the original
  what = record{"u"};
  CHECK(*copy.value() == "-ac");
}

TEST_CASE("outcome listeners: each interceptor hears of each outcome, of refusals too") {
  std::string thrown;
  outcome_listeners all{[&](const char* what) { thrown += what; }};
  const auto first = std::make_shared<marker>("a", true);
  const auto second = std::make_shared<marker>("b");
  all.add(first);
  all.add(second);
  all.each(delivery{outcome::persisted, "t", partition_id{3}, 5, 0, nullptr});
  all.not_accepted(record{"u"}, error{errc::queue_full});
  all.not_accepted(record{"u"}.partition(partition_id{9}), error{errc::unknown_partition});
  CHECK(first->told == std::vector<std::string>{"t good3", "u bad-1", "u bad9"});
  CHECK(second->told == first->told);
  CHECK(thrown == "not a std::exceptionnot a std::exceptionnot a std::exception");
}

TEST_CASE("outcome listeners: one takes the batches") {
  outcome_listeners all{[](const char*) {}};
  int batches = 0;
  CHECK(all.set([&](const delivery_batch&) { ++batches; }));
  CHECK_FALSE(all.set([](const delivery_batch&) {}));
  struct nothing final : delivery_batch::source {
    const delivery* next() override { return nullptr; }
  } none;
  all.together(delivery_batch{outcome::persisted, "t", partition_id{0}, 0, nullptr, none});
  CHECK(batches == 1);
}
