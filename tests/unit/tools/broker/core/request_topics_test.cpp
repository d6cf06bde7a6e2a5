#include "core/request_topics.hpp"

#include <kwire/protocol/messages/delete_topics.hpp>
#include <kwire/protocol/messages/describe_log_dirs.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/metadata.hpp>

#include "script.hpp"

// What faults strike, and what the newer kinds of them do.

namespace kwire::embedded {
namespace {

using namespace test;

fault failing(std::string topic) {
  fault one{fault::kind::fail, 1, broker_errc::not_enough_replicas};
  one.scope.topic = std::move(topic);
  return one;
}

fault with_octet(fault::kind what, std::size_t octet) {
  fault one{what};
  one.octet = octet;
  return one;
}

TEST_CASE("a fault of one topic strikes its requests only, by name and by id") {
  script s;
  s.make_topic("hit");
  s.make_topic("spared");
  const auto c = s.connect();
  const auto batch = make_batch({"hit"});  // a value is no topic
  s.core.faults().add(api::produce, failing("hit"));
  CHECK(produce(s, c, "spared", batch).error_code == 0);
  CHECK(produce(s, c, "hit", batch).error_code == code_of(broker_errc::not_enough_replicas));
  CHECK(produce(s, c, "hit", batch).error_code == 0);
  s.core.faults().add(api::produce, failing("hit"));
  auto by_id = produce_of("", batch);
  by_id.topic_data[0].topic_id = s.core.state().find("spared")->id;
  CHECK(s.ask(c, by_id, 13).responses[0].partition_responses[0].error_code == 0);
  by_id.topic_data[0].topic_id = s.core.state().find("hit")->id;
  CHECK(s.ask(c, by_id, 13).responses[0].partition_responses[0].error_code != 0);
  s.core.faults().add(api::delete_topics, failing("hit"));
  protocol::delete_topics_request removal;
  removal.topic_names = {"hit"};
  CHECK(s.ask(c, removal, 5).responses[0].error_code == code_of(broker_errc::not_enough_replicas));
}

TEST_CASE("a fetch session counts as what it holds") {
  script s;
  s.make_topic("hit");
  const auto c = s.connect();
  auto first = fetch_of("hit", 0);
  first.session_epoch = 0;
  const auto session = s.ask(c, first, 12).session_id;
  REQUIRE(session != 0);
  protocol::fetch_request next;
  next.session_id = session;
  next.session_epoch = 1;
  s.core.faults().add(api::fetch, failing("other"));
  s.core.faults().add(api::fetch, failing("hit"));
  CHECK(s.ask(c, next, 12).error_code == code_of(broker_errc::not_enough_replicas));
}

TEST_CASE("faults may be a client's, a node's, and last for a while") {
  script s{cluster_of(2)};
  s.make_topic("t", 2);
  fault other{fault::kind::fail, 1, broker_errc::not_enough_replicas};
  other.scope.client_id = "somebody else";
  s.core.faults().add(api::produce, other);
  const auto batch = make_batch({"v"});
  const auto one = s.connect(1);
  const auto two = s.connect(2);
  CHECK(produce(s, one, "t", batch).error_code == 0);
  fault lasting{fault::kind::fail, SIZE_MAX, broker_errc::kafka_storage_error};
  lasting.scope.node = node_id{2};
  lasting.scope.until = s.now + 10s;
  s.core.faults().add(api::produce, lasting);
  const auto on_second = [&] {
    return s.ask(two, produce_of("t", batch, 1), 9).responses[0].partition_responses[0].error_code;
  };
  CHECK(produce(s, one, "t", batch).error_code == 0);
  CHECK(on_second() == code_of(broker_errc::kafka_storage_error));
  s.pass(9s);
  CHECK(on_second() == code_of(broker_errc::kafka_storage_error));
  s.pass(1s);
  CHECK(on_second() == 0);
}

TEST_CASE("a throttled client is answered at once and served later") {
  script s;
  s.make_topic("t");
  const auto c = s.connect();
  fault slow{fault::kind::throttle, 1, {}, 500ms};
  s.core.faults().add(api::produce, slow);
  CHECK(s.ask(c, produce_of("t", make_batch({"v"})), 9).throttle_time_ms == 500);
  s.send(c, protocol::metadata_request{}, 9);
  s.pass(499ms);
  CHECK_FALSE(s.answered(c));
  s.pass(1ms);
  CHECK(s.answer<protocol::metadata_response>(c, 9).throttle_time_ms == 0);
  core_options old;
  old.line = release{1, 1};
  script before{old};
  const auto early = before.connect();
  before.core.faults().add(api::metadata, slow);
  before.send(early, protocol::metadata_request{}, 5);
  CHECK_FALSE(before.answered(early));
  before.pass(500ms);
  CHECK(before.answer<protocol::metadata_response>(early, 5).throttle_time_ms == 500);
}

TEST_CASE("answers are cut and corrupted where it was asked for") {
  script s;
  s.make_topic("t");
  const auto c = s.connect();
  const auto batch = make_batch({"value"});
  CHECK(produce(s, c, "t", batch).error_code == 0);
  s.send(c, fetch_of("t", 0), 12);
  auto sound = s.raw_answer(c);
  s.core.faults().add(api::fetch, with_octet(fault::kind::corrupt, sound.size() - 6 + 4));
  s.send(c, fetch_of("t", 0), 12);
  const auto spoilt = s.raw_answer(c);
  REQUIRE(spoilt.size() == sound.size());
  CHECK(spoilt[spoilt.size() - 6] != sound[sound.size() - 6]);
  sound[sound.size() - 6] = spoilt[spoilt.size() - 6];
  for (std::size_t i = 0; i < 4; ++i) sound[i] = spoilt[i];  // the correlation id
  CHECK(sound == spoilt);
  s.core.faults().add(api::fetch, with_octet(fault::kind::cut, 9));
  protocol::writer out;
  const auto asked = fetch_of("t", 0);
  protocol::encode_header({api::fetch, 12, correlation_id{7}, "x"}, protocol::fetch_request::info, out);
  REQUIRE(protocol::encode(asked, 12, out).has_value());
  frame content{std::make_shared_for_overwrite<std::byte[]>(out.total()), out.total()};
  std::ranges::copy(out.buffer(), content.storage.get());
  s.core.handle(c, std::move(content), s.now);
  const auto replies = s.core.take_replies();
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].content.head.size() == 9);
  CHECK(replies[1].close);
}

TEST_CASE("a frozen node holds everything back until it thaws") {
  script s{cluster_of(2)};
  s.make_topic("t");
  const auto one = s.connect(1);
  const auto two = s.connect(2);
  s.send(one, fetch_of("t", 0, 100), 12);  // its answer falls due while the node is frozen
  const auto waits = s.connect(1);
  REQUIRE(s.core.freeze_node(node_id{1}, true, s.now));
  s.send(waits, protocol::metadata_request{}, 9);
  s.send(two, protocol::metadata_request{}, 9);
  s.pass(1s);
  CHECK(s.answered(two));
  CHECK_FALSE(s.answered(one));
  CHECK_FALSE(s.answered(waits));
  REQUIRE(s.core.freeze_node(node_id{1}, false, s.now));
  s.look();
  CHECK(s.answered(one));
  CHECK(s.answered(waits));
  CHECK_FALSE(s.core.freeze_node(node_id{3}, true, s.now));
  const auto lost = s.connect(1);
  REQUIRE(s.core.freeze_node(node_id{1}, true, s.now));
  s.core.stop_node(node_id{1}, false, s.now);
  s.look();
  CHECK(s.closed(lost));  // not only when it thaws
}

TEST_CASE("a full disk takes no records") {
  script s{cluster_of(2)};
  s.make_topic("t", 2);
  const auto one = s.connect(1);
  const auto batch = make_batch({"v"});
  REQUIRE(s.core.fill_disk(node_id{1}, true));
  CHECK(produce(s, one, "t", batch).error_code == code_of(broker_errc::kafka_storage_error));
  protocol::describe_log_dirs_request dirs;
  CHECK(s.ask(one, dirs, 4).results.at(0).error_code == code_of(broker_errc::kafka_storage_error));
  const auto two = s.connect(2);
  CHECK(s.ask(two, produce_of("t", batch, 1), 9).responses[0].partition_responses[0].error_code == 0);
  REQUIRE(s.core.fill_disk(node_id{1}, false));
  CHECK(produce(s, one, "t", batch).error_code == 0);
}

TEST_CASE("a producer that has expired is forgotten everywhere") {
  script s;
  s.make_topic("t");
  const auto c = s.connect();
  CHECK(produce(s, c, "t", make_batch({"v"}, {.stamp = stamp(7, 0, 0)})).error_code == 0);
  CHECK(produce(s, c, "t", make_batch({"v"}, {.stamp = stamp(7, 0, 5)})).error_code != 0);
  CHECK(s.core.expire_producer(producer_id{7}));
  CHECK_FALSE(s.core.expire_producer(producer_id{7}));
  CHECK(produce(s, c, "t", make_batch({"v"}, {.stamp = stamp(7, 0, 5)})).error_code == 0);
}

}  // namespace
}  // namespace kwire::embedded
