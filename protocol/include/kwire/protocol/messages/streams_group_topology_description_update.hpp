#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct streams_group_topology_description_update_response;

struct streams_group_topology_description_update_request {
  using response = streams_group_topology_description_update_response;
  static constexpr message_info info{"StreamsGroupTopologyDescriptionUpdateRequest",
                                     api::streams_group_topology_description_update,
                                     direction::request,
                                     {0, 0},
                                     0};
  static constexpr api_facts facts{route::group_coordinator, "4.4"};

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
  struct subtopology {
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
    std::vector<subtopology> subtopologies;
    std::vector<global_store> global_stores;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  std::string member_id;
  std::int32_t topology_epoch = 0;
  description topology_description;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct streams_group_topology_description_update_response {
  static constexpr message_info info{"StreamsGroupTopologyDescriptionUpdateResponse",
                                     api::streams_group_topology_description_update,
                                     direction::response,
                                     {0, 0},
                                     0};

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::optional<std::string> error_message;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
