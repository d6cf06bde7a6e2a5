// Tests: frame_filter.cpp, traffic_statistics.cpp
#include "decode/traffic.hpp"

#include <boost/json.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/metadata.hpp>

#include "frames.hpp"

using namespace kwire;
using namespace kwire::cli;
using namespace kwire::protocol;
using test::framed;
using test::holds;
using namespace std::chrono_literals;
using enum conversation::side;

namespace {

bool passes(frame_filter& filter, api key, std::string client, std::vector<std::string> topics = {},
            bool request_passed = false) {
  seen_frame seen;
  seen.key = key;
  seen.client = std::move(client);
  frame_facts facts;
  facts.topics = std::move(topics);
  return filter.passes(seen, facts, request_passed);
}

std::string problem(std::string_view text) {
  try {
    frame_filter filter{text};
  } catch (const usage_error& why) {
    return why.what();
  }
  return {};
}

}  // namespace

TEST_CASE("filter: names that differ have to fit all, those alike any") {
  frame_filter all;
  CHECK(passes(all, api::fetch, "x"));
  frame_filter some{"api=Fetch,api=3,client=my-*"};
  CHECK(passes(some, api::fetch, "my-app"));
  CHECK(passes(some, api::metadata, "my-app"));
  CHECK_FALSE(passes(some, api::produce, "my-app"));
  CHECK_FALSE(passes(some, api::fetch, "other"));
  frame_filter topic{"topic=ord?rs"};
  CHECK(passes(topic, api::fetch, "", {"x", "orders"}));
  CHECK_FALSE(passes(topic, api::fetch, "", {"x"}));
  CHECK(passes(topic, api::fetch, "", {}, true));
}

TEST_CASE("filter: topic ids are known by the names of metadata") {
  frame_filter filter{"topic=orders"};
  uuid id;
  id.octets[3] = 9;
  frame_facts fetch;
  fetch.topic_ids.push_back(id);
  CHECK_FALSE(filter.passes({}, fetch, false));
  frame_facts metadata;
  metadata.named_topics.emplace_back(id, "orders");
  filter.passes({}, metadata, false);
  CHECK(filter.passes({}, fetch, false));
}

TEST_CASE("filter: what is wrong is told") {
  CHECK(problem("api=Fetsh") == "--filter api=Fetsh: there is no such API; did you mean Fetch?");
  CHECK(holds(problem("colour=red"), "is not api=NAME"));
  CHECK(holds(problem("topic="), "is not api=NAME"));
}

TEST_CASE("histogram: percentiles are at most a sixteenth too high") {
  duration_histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.add(std::chrono::microseconds{i * 100});
  for (const double part : {0.01, 0.5, 0.9, 0.99}) {
    const auto exact = part * 100'000;
    CHECK(static_cast<double>(histogram.percentile(part).count()) >= exact);
    CHECK(static_cast<double>(histogram.percentile(part).count()) <= exact * 17 / 16);
  }
  CHECK(histogram.longest() == 100ms);
  CHECK(histogram.percentile(1) == 100ms);
  histogram.add(std::chrono::hours{100'000});
  CHECK(histogram.percentile(1) == std::chrono::hours{100'000});
  CHECK(duration_histogram{}.percentile(0.5) == 0us);
}

TEST_CASE("traffic: statistics count by api and version") {
  test::captured out;
  traffic_choice choice;
  choice.frames = false;
  choice.statistics = true;
  choice.json = true;
  traffic all{std::move(choice), out.to()};
  conversation talk{"a -> b", true, all.events("a -> b")};
  metadata_response answer;
  answer.topics.emplace_back().error_code = 3;
  const auto question = framed(test::request_frame(metadata_request{}, 4, 1));
  const auto back = framed(test::response_frame(answer, 4, 1));
  talk.feed(client, question, wall_time{0us});
  talk.feed(server, back, wall_time{1500us});
  all.finish();
  const auto counts = boost::json::parse(out.text()).at("statistics");
  CHECK(counts.at("api") == "Metadata");
  CHECK(counts.at("requests") == 1);
  CHECK(counts.at("errors") == 1);
  CHECK(counts.at("octetsIn") == question.size());
  CHECK(counts.at("octetsOut") == back.size());
  CHECK(counts.at("maxUs") == 1500);
  CHECK(all.frames() == 2);
  CHECK(all.unreadable() == 0);
}

TEST_CASE("traffic: a filter by topic shows the answer with its request") {
  test::captured out;
  traffic_choice choice;
  choice.filter = frame_filter{"topic=orders"};
  traffic all{std::move(choice), out.to()};
  conversation talk{"a -> b", true, all.events("a -> b")};
  metadata_request question;
  question.topics->emplace_back().name = "orders";
  talk.feed(client, framed(test::request_frame(question, 4, 1)), wall_time{0us});
  talk.feed(server, framed(test::response_frame(metadata_response{}, 4, 1)), wall_time{1500us});
  question.topics->front().name = "other";
  talk.feed(client, framed(test::request_frame(question, 4, 3)), wall_time{0us});
  question.topics->front().name = "else";
  talk.feed(client, framed(test::request_frame(question, 4, 2)), wall_time{0us});
  talk.feed(server, framed(test::response_frame(metadata_response{}, 4, 2)), wall_time{1500us});
  const auto text = out.text();
  CHECK(holds(text, "Metadata v4 request, correlation 1"));
  CHECK(holds(text, "Metadata v4 response, correlation 1"));
  CHECK(holds(text, "after 1.500 ms"));
  CHECK_FALSE(holds(text, "correlation 2"));
  CHECK_FALSE(holds(text, "correlation 3"));
}
