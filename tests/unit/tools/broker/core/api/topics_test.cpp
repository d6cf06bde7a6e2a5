// Tests: configs.cpp, list_offsets.cpp, metadata.cpp
// Tests: ../cluster.cpp, ../topic_config.cpp
#include <kwire/protocol/messages/create_topics.hpp>
#include <kwire/protocol/messages/delete_topics.hpp>
#include <kwire/protocol/messages/describe_configs.hpp>
#include <kwire/protocol/messages/list_offsets.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

using namespace test;

protocol::create_topics_request create_of(const std::string& name, std::int32_t partitions = 2) {
  protocol::create_topics_request request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = partitions;
  topic.replication_factor = 1;
  return request;
}

struct stage : script {
  stage() { c = connect(); }
  broker_errc create(const protocol::create_topics_request& request, std::int16_t version = 7) {
    return broker_errc{ask(c, request, version).topics.at(0).error_code};
  }
  connection_id c{};
};

TEST_CASE("topics are created and deleted in all versions") {
  stage s;
  for (std::int16_t version = 0; version <= 7; ++version) {
    CAPTURE(version);
    auto request = create_of("t" + std::to_string(version));
    request.topics[0].configs.push_back({"cleanup.policy", "compact", {}});
    const auto told = s.ask(s.c, request, version).topics.at(0);
    CHECK(told.error_code == 0);
    if (version >= 5) CHECK(told.configs->size() == topic_configs().size());
    const auto* made = s.core.state().find(request.topics[0].name);
    REQUIRE(made != nullptr);
    CHECK(made->partitions.size() == 2);
    CHECK(made->config.compacted());
    if (version >= 7) CHECK(told.topic_id == made->id);
  }
  for (std::int16_t version = 0; version <= 6; ++version) {
    protocol::delete_topics_request request;
    const auto name = "t" + std::to_string(version);
    if (version < 6) request.topic_names = {name};
    if (version >= 6) request.topics.emplace_back().topic_id = s.core.state().find(name)->id;
    CHECK(s.ask(s.c, request, version).responses.at(0).error_code == 0);
    CHECK(s.core.state().find(name) == nullptr);
    CHECK(s.ask(s.c, request, version).responses.at(0).error_code ==
          code_of(version < 6 ? broker_errc::unknown_topic_or_partition : broker_errc::unknown_topic_id));
  }
}

TEST_CASE("topics that cannot be") {
  stage s;
  CHECK(s.create(create_of("a b")) == broker_errc::invalid_topic_exception);
  CHECK(s.create(create_of("..")) == broker_errc::invalid_topic_exception);
  CHECK(s.create(create_of("t", 0)) == broker_errc::invalid_partitions);
  CHECK(s.create(create_of("t", -1)) == broker_errc::none);
  CHECK(s.create(create_of("t")) == broker_errc::topic_already_exists);
  auto request = create_of("u");
  request.topics[0].replication_factor = 3;
  CHECK(s.create(request) == broker_errc::invalid_replication_factor);
  request = create_of("u");
  request.topics[0].configs.push_back({"no.such", "1", {}});
  CHECK(s.create(request) == broker_errc::invalid_config);
  request.topics[0].configs[0] = {"retention.ms", "soon", {}};
  CHECK(s.create(request) == broker_errc::invalid_config);
  request = create_of("u");
  request.topics.push_back(request.topics[0]);
  CHECK(s.create(request) == broker_errc::invalid_request);
  request = create_of("u", -1);
  request.topics[0].replication_factor = -1;
  request.topics[0].assignments.push_back({partition_id{0}, {node_id{1}}, {}});
  request.validate_only = true;
  CHECK(s.create(request) == broker_errc::none);
  CHECK(s.core.state().find("u") == nullptr);
  request.topics[0].assignments[0].broker_ids = {node_id{2}};
  CHECK(s.create(request) == broker_errc::invalid_replica_assignment);
}

TEST_CASE("configs are described in all versions") {
  stage s;
  CHECK(s.create(create_of("t")) == broker_errc::none);
  s.core.state().find("t")->config.set("retention.ms", "5");
  for (std::int16_t version = 0; version <= 4; ++version) {
    CAPTURE(version);
    protocol::describe_configs_request request;
    request.resources.push_back({2, "t", std::vector<std::string>{"retention.ms", "retention.bytes"}, {}});
    request.resources.push_back({4, "1", std::nullopt, {}});
    request.resources.push_back({2, "none", std::nullopt, {}});
    request.resources.push_back({4, "2", std::nullopt, {}});
    request.include_synonyms = version > 0;
    const auto answer = s.ask(s.c, request, version).results;
    REQUIRE(answer[0].configs.size() == 2);
    CHECK(answer[0].configs[1].value == "5");
    CHECK(answer[1].configs.size() > 5);
    CHECK(answer[2].error_code == code_of(broker_errc::unknown_topic_or_partition));
    CHECK(answer[3].error_code == code_of(broker_errc::invalid_request));
  }
}

struct offsets_stage : stage {
  offsets_stage() {
    make_topic("t");
    for (int i = 0; i < 3; ++i) {
      batch_options how;
      how.timestamp = 1000 + i * 100;
      how.codec = protocol::codec::gzip;
      CHECK(produce(*this, c, "t", make_batch({"a", "b"}, how)).error_code == 0);
    }
  }
  protocol::list_offsets_response::partition find(std::int64_t timestamp, std::int16_t version = 11) {
    protocol::list_offsets_request request;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    auto& partition = topic.partitions.emplace_back();
    partition.timestamp = timestamp;
    if (version == 0) partition.max_num_offsets = 10;
    return ask(c, request, version).topics.at(0).partitions.at(0);
  }
};

TEST_CASE("offsets by timestamp, of both ends and of the latest record") {
  offsets_stage s;
  for (std::int16_t version = 1; version <= 11; ++version) {
    CHECK(s.find(-1, version).offset == 6);
    CHECK(s.find(-2, version).offset == 0);
    CHECK(s.find(1101, version).offset == 3);
    CHECK(s.find(1101, version).timestamp == 1101);
    CHECK(s.find(1102, version).offset == 4);
    CHECK(s.find(9999, version).offset == -1);
  }
  CHECK(s.find(-3).offset == 5);
  CHECK(s.find(-4).offset == 0);
  CHECK(s.find(-5).offset == -1);
  CHECK(s.find(-3, 6).error_code == code_of(broker_errc::unsupported_version));
  s.core.state().find("t")->partitions[0].log.delete_before(3);
  CHECK(s.find(-2).offset == 3);
  CHECK(s.find(0).offset == 3);
  CHECK(s.find(-1, 0).old_style_offsets == std::vector<std::int64_t>{6, 3});
}

}  // namespace
}  // namespace kwire::embedded
