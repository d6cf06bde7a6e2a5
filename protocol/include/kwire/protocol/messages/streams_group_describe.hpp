#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct streams_group_describe_response;

struct streams_group_describe_request {
  using response = streams_group_describe_response;
  static constexpr message_info info{
      "StreamsGroupDescribeRequest", api::streams_group_describe, direction::request, {0, 1}, 0};
  static constexpr api_facts facts{route::group_coordinator, "4.2 4.4"};

  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;
  bool include_topology_description = false;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_describe_response {
  static constexpr message_info info{
      "StreamsGroupDescribeResponse", api::streams_group_describe, direction::response, {0, 1}, 0};

  struct key_value {
    std::string key;
    std::string value;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::int32_t partitions = 0;
    std::int16_t replication_factor = 0;
    std::vector<key_value> topic_configs;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct subtopology {
    std::string subtopology_id;
    std::vector<std::string> source_topics;
    std::vector<std::string> repartition_sink_topics;
    std::vector<topic> state_changelog_topics;
    std::vector<topic> repartition_source_topics;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topology_info {
    topology_info() noexcept {}  // clang needs to see one before the class is complete
    std::int32_t epoch = 0;
    std::optional<std::vector<subtopology>> subtopologies;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct endpoint {
    endpoint() noexcept {}  // clang needs to see one before the class is complete
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct task_offset {
    std::string subtopology_id;
    partition_id partition{};
    std::int64_t offset = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct task_ids {
    std::string subtopology_id;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct assigned {
    std::vector<task_ids> active_tasks;
    std::vector<task_ids> standby_tasks;
    std::vector<task_ids> warmup_tasks;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct member {
    std::string member_id;
    std::int32_t member_epoch = 0;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    std::string client_id;
    std::string client_host;
    std::int32_t topology_epoch = 0;
    std::string process_id;
    std::optional<endpoint> user_endpoint;
    std::vector<key_value> client_tags;
    std::vector<task_offset> task_offsets;
    std::vector<task_offset> task_end_offsets;
    assigned assignment;
    assigned target_assignment;
    bool is_classic = false;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct node {
    std::string name;
    std::int8_t node_type = 0;
    std::vector<std::string> source_topics;
    std::optional<std::string> sink_topic;
    std::vector<std::string> stores;
    std::vector<std::string> successors;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct described_subtopology {
    std::string subtopology_id;
    std::vector<node> nodes;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct global_store {
    node source;
    node processor;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct description {
    std::vector<described_subtopology> subtopologies;
    std::vector<global_store> global_stores;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct group {
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::int32_t group_epoch = 0;
    std::int32_t assignment_epoch = 0;
    std::optional<topology_info> topology;
    std::vector<member> members;
    std::int32_t authorized_operations = INT32_MIN;
    std::optional<description> topology_description;
    std::int8_t topology_description_status = 0;
    std::optional<std::string> assignor_name;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<group> groups;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
