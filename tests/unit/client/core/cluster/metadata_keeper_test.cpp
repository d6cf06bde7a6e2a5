#include "core/cluster/metadata_keeper.hpp"

#include <doctest/doctest.h>

#include "core/cluster/cluster_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using message = protocol::metadata_response;

namespace {

uuid id_of(std::uint8_t number) {
  uuid id;
  id.octets[15] = number;
  return id;
}

struct rig {
  core::client_settings settings;
  core::random_source random{1};
  core::metadata_keeper keeper{settings, random};
  core::time_point now{1h};
  test::listener a, b;
  std::optional<error> why;

  void want(std::vector<std::string> names, const core::reactor* who = nullptr, bool create = false,
            bool all = false) {
    core::topic_interest interest;
    interest.names = std::move(names);
    interest.create_missing = create;
    interest.all = all;
    keeper.set_interest(who != nullptr ? who : &a, std::move(interest), now);
  }
  /// The request that is due, decoded; nothing when none is.
  std::optional<protocol::metadata_request> poll(std::int16_t version = 13) {
    auto body = keeper.poll(now);
    if (!body) return std::nullopt;
    protocol::writer out;
    REQUIRE(body->encode(version, out).has_value());
    protocol::metadata_request request;
    REQUIRE(protocol::decode(request, version, out.buffer()).has_value());
    return request;
  }
  static message cluster() {
    message m;
    m.cluster_id = "c";
    auto& broker = m.brokers.emplace_back();
    broker.id = node_id{1};
    broker.host = "h";
    broker.port = 9092;
    return m;
  }
  static message::topic& add_topic(message& m, const std::string& name, std::uint8_t id = 1) {
    auto& topic = m.topics.emplace_back();
    topic.name = name;
    topic.topic_id = id == 0 ? uuid{} : id_of(id);
    return topic;
  }
  static void add_partition(message::topic& topic, std::int32_t index, std::int32_t leader,
                            std::int32_t epoch) {
    auto& p = topic.partitions.emplace_back();
    p.partition_index = partition_id{index};
    p.leader_id = node_id{leader};
    p.epoch = leader_epoch{epoch};
  }
  bool digest(const message& m) {
    why.reset();
    return keeper.digest(m, now, why);
  }
  /// One partition of "t" with this leader and epoch.
  void learn(std::int32_t leader, std::int32_t epoch, std::uint8_t id = 1) {
    auto m = cluster();
    add_partition(add_topic(m, "t", id), 0, leader, epoch);
    REQUIRE(digest(m));
  }
  std::int32_t leader() const { return raw(keeper.snapshot()->find("t", partition_id{0})->leader); }
};

}  // namespace

TEST_CASE("metadata: nobody interested, nothing asked; then at once, then by age") {
  rig r;
  CHECK_FALSE(r.poll());
  CHECK(r.keeper.next_deadline() == core::never);
  r.want({"t"});
  CHECK(r.keeper.next_deadline() <= r.now);
  REQUIRE(r.poll());
  CHECK_FALSE(r.poll());  // one at a time
  CHECK(r.keeper.next_deadline() == core::never);
  r.learn(1, 5);
  CHECK(r.keeper.next_deadline() == r.now + r.settings.metadata_max_age);
  r.now += r.settings.metadata_max_age - 1ms;
  CHECK_FALSE(r.poll());
  r.now += 1ms;
  CHECK(r.poll());
  r.learn(1, 5);
  r.keeper.request_refresh();
  CHECK_FALSE(r.poll());  // not at once after the last
  r.now = r.keeper.next_deadline();
  CHECK(r.poll());
  r.keeper.remove_interest(&r.a);
}

TEST_CASE("metadata: a leader that a broker names is taken over when its epoch is newer, and stays") {
  rig r;
  r.want({"t"});
  (void)r.poll();
  r.learn(1, 5);
  const auto before = r.keeper.snapshot();
  const auto tell = [&](std::int32_t leader, std::int32_t epoch, const char* host, std::string topic = "t",
                        std::int32_t partition = 0) {
    core::leader_news news;
    news.leaders.push_back({std::move(topic), partition_id{partition}, node_id{leader}, leader_epoch{epoch}});
    if (host != nullptr) news.brokers.push_back({node_id{leader}, host, 9093, std::nullopt});
    return r.keeper.adopt(news);
  };
  CHECK_FALSE(tell(2, 5, "h2"));     // not newer
  CHECK_FALSE(tell(2, 6, nullptr));  // nobody knows where
  CHECK_FALSE(tell(2, 6, "h2", "other"));
  CHECK_FALSE(tell(2, 6, "h2", "t", 1));
  CHECK_FALSE(tell(2, 6, "h2", "t", -1));
  CHECK(r.keeper.snapshot() == before);
  CHECK(tell(2, 6, "h2"));
  CHECK(r.leader() == 2);
  CHECK(r.keeper.snapshot()->revision == before->revision + 1);
  REQUIRE(r.keeper.snapshot()->find(node_id{2}) != nullptr);
  CHECK(r.keeper.snapshot()->find(node_id{2})->host == "h2");
  CHECK(before->find("t", partition_id{0})->leader == node_id{1});  // snapshots do not change
  r.learn(1, 5);                                                    // a broker that has not heard of it
  CHECK(r.leader() == 2);
  CHECK(tell(1, 7, nullptr));  // the metadata knows where
  CHECK(r.leader() == 1);
}

TEST_CASE("metadata: interests are merged, and written as each version wants them") {
  rig r;
  r.want({"x", "y"}, &r.a);
  r.want({"y", "z"}, &r.b, true);
  auto request = r.poll();
  REQUIRE(request);
  REQUIRE(request->topics);
  CHECK(request->topics->size() == 3);
  CHECK(request->allow_auto_topic_creation);
  r.keeper.failed(r.now);
  r.now = r.keeper.next_deadline();
  r.want({"x"}, &r.a);
  r.want({}, &r.b, false, true);
  request = r.poll();
  REQUIRE(request);
  CHECK_FALSE(request->topics);  // null: all
  CHECK_FALSE(request->allow_auto_topic_creation);
  r.keeper.failed(r.now);
  r.now = r.keeper.next_deadline();
  request = r.poll(0);  // version 0 knows no null
  REQUIRE(request);
  REQUIRE(request->topics);
  CHECK(request->topics->empty());
  r.keeper.failed(r.now);
  r.keeper.remove_interest(&r.b);
  r.now = r.keeper.next_deadline();
  CHECK(r.poll(3)->topics->size() == 1);
}

TEST_CASE("metadata: failures are repeated with growing pauses; a new topic does not wait for them") {
  rig r;
  r.want({"t"});
  core::duration longest{};
  for (int i = 0; i < 6; ++i) {
    REQUIRE(r.poll());
    r.keeper.failed(r.now);
    longest = std::max(longest, r.keeper.next_deadline() - r.now);
    r.now = r.keeper.next_deadline();
  }
  CHECK(longest > 500ms);
  REQUIRE(r.poll());
  r.keeper.failed(r.now);
  CHECK_FALSE(r.poll());
  r.want({"t", "u"});
  CHECK(r.poll());
}

TEST_CASE("metadata: an older epoch is a lagging broker's, unless it is said again and again") {
  rig r;
  r.want({"t"});
  r.learn(1, 5);
  r.learn(2, 4);
  CHECK(r.leader() == 1);
  r.learn(3, 6);
  CHECK(r.leader() == 3);
  SUBCASE("a new topic of that name starts anew") {
    r.learn(2, 0, 9);
    CHECK(r.leader() == 2);
  }
  SUBCASE("no epochs at all") {
    r.learn(2, -1);
    CHECK(r.leader() == 2);
  }
  SUBCASE("again and again, as after a topic was made anew on a broker without topic ids") {
    int times = 0;
    while (r.leader() != 2 && times < 20) {
      r.learn(2, 1);
      ++times;
    }
    CHECK(times >= 3);
    CHECK(times < 20);
  }
}

TEST_CASE("metadata: an error of a topic keeps what was known of it and is looked at again soon") {
  rig r;
  r.want({"t"});
  r.learn(1, 5);
  auto m = rig::cluster();
  rig::add_topic(m, "t", 0).error_code = static_cast<std::int16_t>(broker_errc::unknown_topic_or_partition);
  REQUIRE(r.digest(m));
  CHECK(r.leader() == 1);
  CHECK(r.keeper.snapshot()->find("t")->error == broker_errc::unknown_topic_or_partition);
  CHECK(r.keeper.snapshot()->find("t")->id == id_of(1));
  CHECK(r.keeper.next_deadline() < r.now + 2s);
  r.learn(1, 5);
  CHECK(r.keeper.snapshot()->find("t")->error == broker_errc::none);
}

TEST_CASE("metadata: partitions grow, and a lagging broker does not take them away") {
  rig r;
  auto m = rig::cluster();
  auto* topic = &rig::add_topic(m, "t");
  for (std::int32_t i = 0; i < 3; ++i) rig::add_partition(*topic, i, 1, 1);
  REQUIRE(r.digest(m));
  r.learn(2, 2);
  CHECK(r.keeper.snapshot()->find("t")->partitions.size() == 3);
  CHECK(r.leader() == 2);
  r.learn(2, 0, 7);  // another topic of that name
  CHECK(r.keeper.snapshot()->find("t")->partitions.size() == 1);
}

TEST_CASE("metadata: hostile answers") {
  rig r;
  auto m = rig::cluster();
  SUBCASE("numbers of partitions") {
    auto& topic = rig::add_topic(m, "t");
    for (const std::int32_t index : {INT32_MAX, INT32_MIN, -1, 1000, 0, 0})
      rig::add_partition(topic, index, 1, 1);
    REQUIRE(r.digest(m));
    CHECK(r.keeper.snapshot()->find("t")->partitions.size() == 1);
  }
  SUBCASE("brokers") {
    for (const auto& [id, port] : {std::pair{-1, 1}, {INT32_MIN, 1}, {5, 0}, {6, -1}, {7, 65536}}) {
      auto& broker = m.brokers.emplace_back();
      broker.id = node_id{id};
      broker.port = port;
    }
    REQUIRE(r.digest(m));
    CHECK(r.keeper.snapshot()->brokers.size() == 1);
  }
  SUBCASE("no brokers") {
    m.brokers.clear();
    CHECK_FALSE(r.digest(m));
    CHECK(*r.why == errc::not_connected);
  }
  SUBCASE("no broker that can be reached") {
    r.learn(1, 1);
    m.brokers[0].port = 0;
    CHECK_FALSE(r.digest(m));
    CHECK(r.keeper.snapshot()->brokers.size() == 1);  // what was known stays
  }
  SUBCASE("topics without names, twice, or of an unknown error") {
    rig::add_topic(m, "").error_code = 4711;
    rig::add_topic(m, "x").name.reset();
    rig::add_topic(m, "t", 1);
    rig::add_topic(m, "t", 2).error_code = 4711;
    REQUIRE(r.digest(m));
    CHECK(r.keeper.snapshot()->topics.size() == 1);
  }
  SUBCASE("another cluster") {
    r.learn(1, 1);
    m.cluster_id = "d";
    CHECK_FALSE(r.digest(m));
    CHECK(*r.why == errc::wrong_cluster);
    CHECK(r.keeper.snapshot()->cluster_id == "c");
    m.cluster_id.reset();  // brokers before 0.10.1 do not tell
    CHECK(r.digest(m));
    CHECK(r.keeper.snapshot()->cluster_id == "c");
  }
  SUBCASE("an error for all") {
    m.error_code = static_cast<std::int16_t>(broker_errc::rebootstrap_required);
    CHECK_FALSE(r.digest(m));
    CHECK(*r.why == broker_errc::rebootstrap_required);
  }
}

TEST_CASE("metadata: a partition without a leader is looked at again, with growing pauses") {
  rig r;
  r.want({"t"});
  core::duration last{};
  for (int i = 0; i < 4; ++i) {
    REQUIRE(r.poll());
    auto m = rig::cluster();
    auto& topic = rig::add_topic(m, "t");
    rig::add_partition(topic, 0, 1, 5);
    topic.partitions[0].error_code = static_cast<std::int16_t>(broker_errc::leader_not_available);
    REQUIRE(r.digest(m));
    CHECK(r.leader() == -1);
    const auto pause = r.keeper.next_deadline() - r.now;
    CHECK(pause < 1300ms);
    CHECK(pause > last / 2);
    last = pause;
    r.now = r.keeper.next_deadline();
  }
}
