#include "core/cluster/cluster.hpp"

#include <doctest/doctest.h>

#include "core/cluster/cluster_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using core::destination;
using test::cluster_rig;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

cluster_rig learned() {
  cluster_rig rig{{{"b1", 9092}}};
  rig.want("t");
  rig.run();
  REQUIRE(rig.cluster->snapshot()->brokers.size() == 3);
  return rig;
}

}  // namespace

TEST_CASE("bootstrap list: every form, every fault") {
  struct row {
    const char* text;
    const char* host;  // null: fault
    int port;
  };
  const row rows[] = {{"host:9093", "host", 9093},
                      {"host", "host", 9092},
                      {"10.0.0.1:1", "10.0.0.1", 1},
                      {"host:65535", "host", 65535},
                      {"[::1]:9093", "::1", 9093},
                      {"[::1]", "::1", 9092},
                      {"fe80::1", "fe80::1", 9092},
                      {"[fe80::1%eth0]:9093", "fe80::1%eth0", 9093},
                      {"PLAINTEXT://host:9093", "host", 9093},
                      {"a-b_c.example.:9093", "a-b_c.example.", 9093},
                      {"", nullptr, 0},
                      {"host:", nullptr, 0},
                      {":9092", nullptr, 0},
                      {"host:0", nullptr, 0},
                      {"host:65536", nullptr, 0},
                      {"host:99999999999999999999", nullptr, 0},
                      {"host:-1", nullptr, 0},
                      {"host:+1", nullptr, 0},
                      {"host:9092x", nullptr, 0},
                      {"host: 9092", nullptr, 0},
                      {"[]:9092", nullptr, 0},
                      {"[::1", nullptr, 0},
                      {"[::1]x:9092", nullptr, 0},
                      {"::1]:9092", nullptr, 0},
                      {"host/path", nullptr, 0},
                      {"two words:9092", nullptr, 0},
                      {"://", nullptr, 0}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    std::vector<std::string> faults;
    const auto found = core::parse_bootstrap({row.text}, faults);
    REQUIRE(found.size() == (row.host != nullptr ? 1 : 0));
    CHECK(faults.size() == (row.host != nullptr ? 0 : 1));
    if (row.host == nullptr) continue;
    CHECK(found[0].host == row.host);
    CHECK(found[0].port == row.port);
  }
  std::vector<std::string> faults;
  CHECK(core::parse_bootstrap({"a:1", "b:x", "c:2", ":"}, faults).size() == 2);
  CHECK(faults.size() == 2);
}

TEST_CASE("cluster: the first broker tells of the others; each request finds its broker") {
  auto rig = learned();
  CHECK(rig.metadata_requests == 1);
  rig.submit(1, destination::broker(node_id{3}));
  rig.submit(2, destination::controller());
  rig.submit(3, destination::group("g"));
  rig.submit(4, destination::any());
  rig.run();
  CHECK(rig.fate(1) == "ok from 3");
  CHECK(rig.fate(2) == "ok from 1");
  CHECK(rig.fate(3) == "ok from 2");
  CHECK(contains(rig.fate(4), "ok from"));
  CHECK(rig.look_ups == 1);
  rig.submit(5, destination::group("g"));
  rig.run();
  CHECK(rig.look_ups == 1);
}

TEST_CASE("cluster: a broker that nobody knows is refused at once, and asked for") {
  auto rig = learned();
  rig.submit(1, destination::broker(node_id{9}));
  rig.run_until(rig.now + 2s);
  CHECK(contains(rig.fate(1), "unsent: "));
  CHECK(contains(rig.fate(1), "broker 9"));
  CHECK(rig.metadata_requests == 2);
}

TEST_CASE("cluster: kinds of traffic have connections of their own") {
  auto rig = learned();
  const auto before = rig.links_to("b2:9092").size();
  const auto to = destination::broker(node_id{2});
  rig.submit(1, to, 30s, core::traffic::produce);
  rig.submit(2, to, 30s, core::traffic::produce);
  rig.submit(3, to, 30s, core::traffic::fetch, 1);
  rig.submit(4, to, 30s, core::traffic::fetch, 2);
  rig.submit(5, to, 30s, core::traffic::group, 1);
  rig.run();
  CHECK(rig.links_to("b2:9092").size() == before + 4);
}

TEST_CASE("cluster: what any broker can do goes on to another when it was not sent") {
  cluster_rig rig{{{"dead", 1}, {"b1", 9092}, {"gone", 2}}};
  rig.down = {"dead:1", "gone:2"};
  for (std::uint64_t token = 1; token <= 9; ++token) rig.submit(token, destination::any());
  rig.run_until(rig.now + 5s);
  for (std::uint64_t token = 1; token <= 9; ++token) CHECK(rig.fate(token) == "ok from -1");
}

TEST_CASE("cluster: a request that may have been sent is not sent again") {
  auto rig = learned();
  rig.answer_later = {"b1:9092", "b2:9092", "b3:9092"};
  rig.submit(1, destination::any());
  rig.run();
  REQUIRE(rig.pending.size() == 1);
  rig.cut(rig.pending[0].link);
  rig.run_until(rig.now + 5s);
  CHECK(contains(rig.fate(1), "maybe: "));
}

TEST_CASE("cluster: no broker in time: every cause is named") {
  cluster_rig rig{{{"one", 1}, {"two", 2}}};
  rig.down = {"one:1", "two:2"};
  rig.submit(1, destination::any(), 3s);
  rig.submit(2, destination::group("g"), 3s);
  rig.run_until(rig.now + 3s);
  for (std::uint64_t token = 1; token <= 2; ++token) {
    CAPTURE(rig.fate(token));
    CHECK(contains(rig.fate(token), "NOT_CONNECTED"));
    CHECK(contains(rig.fate(token), "one:1"));
    CHECK(contains(rig.fate(token), "two:2"));
  }
  CHECK(rig.spins < 50);
}

TEST_CASE("cluster: one black hole does not hide why the others failed") {
  cluster_rig rig{{{"hole", 1}, {"two", 2}}};
  rig.silent = {"hole:1"};
  rig.down = {"two:2"};
  rig.submit(1, destination::any(), 5s);
  rig.submit(2, destination::any(), 5s);
  rig.submit(3, destination::any(), 5s);
  rig.run_until(rig.now + 5s);
  for (std::uint64_t token = 1; token <= 3; ++token) {
    CAPTURE(rig.fate(token));
    CHECK(contains(rig.fate(token), "two:2"));
  }
}

TEST_CASE("cluster: a single peer that is no broker is told at once") {
  cluster_rig rig{{{"web", 80}}};
  rig.silent = {"web:80"};
  rig.submit(1, destination::any());
  rig.run();
  REQUIRE(rig.links_to("web:80").size() == 1);
  rig.cut(rig.links_to("web:80")[0], errc::not_a_kafka_broker);
  rig.run();
  CHECK(contains(rig.fate(1), "NOT_A_KAFKA_BROKER"));
}

TEST_CASE("cluster: a leader and its address that a broker named are used without asking for metadata") {
  cluster_rig rig{{{"b1", 9092}}};
  auto& topic = rig.topics.emplace_back();
  topic.name = "t";
  auto& partition = topic.partitions.emplace_back();
  partition.leader_id = node_id{1};
  partition.epoch = leader_epoch{3};
  rig.want("t");
  rig.run();
  const auto asked = rig.metadata_requests;
  core::outbox box;
  box.leaders.leaders.push_back({"t", partition_id{0}, node_id{9}, leader_epoch{4}});
  box.leaders.brokers.push_back({node_id{9}, "b9", 9099, std::nullopt});
  rig.cluster->note(&rig.origin, box, rig.now);
  CHECK(box.leaders.empty());
  CHECK(rig.cluster->snapshot()->find("t", partition_id{0})->leader == node_id{9});
  rig.submit(1, destination::broker(node_id{9}));
  rig.run();
  CHECK(rig.links_to("b9:9099").size() == 1);
  CHECK(rig.fate(1) == "ok from 9");
  CHECK(rig.metadata_requests == asked);
}

TEST_CASE("cluster: when all learned brokers fail, the bootstrap list counts again") {
  auto rig = learned();
  // The cluster has moved as a whole; the bootstrap name leads to the new place.
  for (auto& [id, address] : rig.brokers) {
    if (id != 1) rig.down.insert(address);
  }
  rig.cut("");
  rig.down.insert("b1:9092");
  SUBCASE("rebootstrap") {
    rig.submit(1, destination::any());
    rig.run_until(rig.now + 3s);
    CHECK(rig.fate(1) == "none");
    rig.down.erase("b1:9092");
    rig.run_until(rig.now + 3s);
    CHECK(contains(rig.fate(1), "ok from"));
  }
  SUBCASE("none: only learned brokers are tried, without spinning") {
    rig.settings.recovery = core::recovery_strategy::none;
    rig.submit(1, destination::any());
    const auto before = rig.spins;
    rig.run_until(rig.now + 20s);
    CHECK(rig.fate(1) == "none");
    CHECK(rig.spins - before < 50);
    rig.run_until(rig.now + 20s);
    CHECK(contains(rig.fate(1), "b2:9092"));
  }
}

TEST_CASE("cluster: a broker whose other connection has just failed can still be used") {
  auto rig = learned();
  rig.settings.reconnect_backoff = rig.settings.reconnect_backoff_max = 10s;
  rig.brokers = {{1, "b1:9092"}};
  core::outbox box;
  box.refresh_metadata = true;
  rig.cluster->note(nullptr, box, rig.now);
  rig.run_until(rig.now + 1s);
  rig.submit(1, destination::broker(node_id{1}));
  rig.run();
  rig.answer_later = {"b1:9092"};
  rig.submit(2, destination::broker(node_id{1}), 30s, core::traffic::produce);
  rig.run();
  REQUIRE(rig.pending.size() == 1);
  rig.cut(rig.pending[0].link);
  rig.answer_later.clear();
  rig.submit(3, destination::any());
  rig.run_until(rig.now + 1s);
  CHECK(contains(rig.fate(3), "ok from"));
}

TEST_CASE("cluster: a broker that moves is followed; what waited for the old place is told") {
  auto rig = learned();
  rig.answer_later = {"b2:9092"};
  rig.submit(1, destination::broker(node_id{2}), 30s, core::traffic::produce);
  rig.run();
  rig.brokers[2] = "elsewhere:7";
  core::outbox box;
  box.refresh_metadata = true;
  rig.cluster->note(nullptr, box, rig.now);
  rig.run_until(rig.now + 2s);
  CHECK(contains(rig.fate(1), "maybe: "));
  CHECK(contains(rig.fate(1), "elsewhere:7"));
  rig.submit(2, destination::broker(node_id{2}));
  rig.run();
  CHECK(rig.fate(2) == "ok from 2");
  CHECK(rig.links_to("b2:9092").empty());
}

TEST_CASE("cluster: a controller that is gone sets off a look at the metadata") {
  auto rig = learned();
  rig.controller = 3;
  rig.down = {"b1:9092"};
  rig.cut("b1:9092");
  rig.submit(1, destination::controller());
  rig.run_until(rig.now + 5s);
  CHECK(rig.fate(1) == "ok from 3");
}

TEST_CASE("cluster: the wrong broker behind an address is no end: the bootstrap list helps") {
  cluster_rig rig{{{"b1", 9092}, {"b2", 9092}}};
  rig.versions_error = broker_errc::rebootstrap_required;
  rig.submit(1, destination::any());
  rig.run_until(rig.now + 1s);
  CHECK(rig.fate(1) == "none");
  rig.versions_error = broker_errc::none;
  rig.run_until(rig.now + 5s);
  CHECK(contains(rig.fate(1), "ok from"));
  rig.want("t");
  rig.run();
  rig.cut("b3:9092");
  rig.versions_error = broker_errc::rebootstrap_required;
  rig.submit(2, destination::broker(node_id{3}));
  rig.run_until(rig.now + 1s);
  REQUIRE(rig.answers[2].size() == 1);
  CHECK(rig.answers[2][0].failure->retriable());  // a producer goes on to try
}

TEST_CASE("cluster: a coordinator that does not exist yet is waited for, and named when time is up") {
  auto rig = learned();
  rig.coordinator_error = broker_errc::coordinator_not_available;
  rig.submit(1, destination::group("g"), 10s);
  rig.submit(2, destination::group("g"), 3s);
  rig.run_until(rig.now + 5s);
  CHECK(rig.fate(1) == "none");
  CHECK(contains(rig.fate(2), "COORDINATOR_NOT_AVAILABLE"));
  CHECK(rig.look_ups > 2);
  CHECK(rig.look_ups < 20);
  rig.coordinator_error = broker_errc::none;
  rig.run_until(rig.now + 2s);
  CHECK(rig.fate(1) == "ok from 2");
}

TEST_CASE("cluster: a group that is forbidden is told at once") {
  auto rig = learned();
  rig.coordinator_error = broker_errc::group_authorization_failed;
  rig.submit(1, destination::group("g"));
  rig.run();
  CHECK(contains(rig.fate(1), "unsent: "));
  CHECK(contains(rig.fate(1), "GROUP_AUTHORIZATION_FAILED"));
}

TEST_CASE("cluster: a coordinator that dies is looked up again") {
  auto rig = learned();
  rig.submit(1, destination::group("g"));
  rig.run();
  rig.down = {"b2:9092"};
  rig.cut("b2:9092");
  rig.coordinator = 3;
  rig.submit(2, destination::group("g"));
  rig.run_until(rig.now + 5s);
  CHECK(rig.fate(2) == "ok from 3");
}

TEST_CASE("cluster: throttling holds back all but the group's traffic") {
  auto rig = learned();
  const auto to = destination::broker(node_id{2});
  rig.submit(1, to, 30s, core::traffic::produce);
  rig.submit(2, to, 30s, core::traffic::group, 1);
  rig.run();
  core::outbox box;
  box.throttled.emplace_back(node_id{2}, rig.now + 10s);
  rig.cluster->note(nullptr, box, rig.now);
  rig.submit(3, to, 30s, core::traffic::produce);
  rig.submit(4, to, 30s, core::traffic::group, 1);
  rig.run_until(rig.now + 9s);
  CHECK(rig.fate(3) == "none");
  CHECK(rig.fate(4) == "ok from 2");
  rig.run_until(rig.now + 1s);
  CHECK(rig.fate(3) == "ok from 2");
}

TEST_CASE("cluster: however long a broker throttles, what waits for it ends by its deadline") {
  auto rig = learned();
  const auto to = destination::broker(node_id{2});
  rig.submit(1, to, 30s, core::traffic::produce);
  rig.run();
  core::outbox box;
  box.throttled.emplace_back(node_id{2}, rig.now + std::chrono::milliseconds{INT32_MAX});
  rig.cluster->note(nullptr, box, rig.now);
  rig.submit(3, to, 5s, core::traffic::produce);
  rig.run_until(rig.now + 4999ms);
  CHECK(rig.fate(3) == "none");
  rig.run_until(rig.now + 1ms);
  CHECK(contains(rig.fate(3), "unsent: "));
  CHECK(rig.spins < 50);
}

TEST_CASE("cluster: a reactor that leaves gets nothing more, and its own connections close") {
  auto rig = learned();
  rig.answer_later = {"b2:9092", "b3:9092", "b1:9092"};
  rig.coordinator_error = broker_errc::coordinator_not_available;
  const auto to = destination::broker(node_id{2});
  rig.submit(1, to);
  rig.submit(2, to, 30s, core::traffic::fetch, 7);
  rig.submit(3, destination::group("g"), 5s);
  rig.submit(4, destination::any());
  rig.run();
  const auto before = rig.links_to("b2:9092").size();
  rig.submit(5, destination::broker(node_id{99}));
  rig.cluster->remove(rig.origin, rig.now);
  rig.run();
  CHECK(rig.links_to("b2:9092").size() == before - 1);
  while (!rig.pending.empty()) rig.serve();
  rig.run_until(rig.now + 60s);
  CHECK(rig.answers.empty());
  metrics_snapshot numbers;
  rig.cluster->metrics(numbers);
  CHECK(numbers.brokers.size() == 4);
}

TEST_CASE("cluster: a foreign cluster behind the address is refused") {
  auto rig = learned();
  rig.cluster_id = "another";
  core::outbox box;
  box.refresh_metadata = true;
  rig.cluster->note(nullptr, box, rig.now);
  rig.cluster->output().events.clear();
  rig.run_until(rig.now + 2s);
  bool told = false;
  for (const auto& e : rig.cluster->output().events) told = told || e.kind == event_kind::wrong_cluster;
  CHECK(told);
  CHECK(rig.cluster->snapshot()->cluster_id == "c");
}
