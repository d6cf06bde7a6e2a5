#pragma once

#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct consumer_protocol_subscription {
  static constexpr message_info info{"ConsumerProtocolSubscription", no_api, direction::stored, {0, 3}};

  struct topic_partitions {
    std::string topic;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<std::string> topics;
  std::optional<bytes> user_data;
  std::vector<topic_partitions> owned_partitions;
  generation_id generation = no_generation;
  std::optional<std::string> rack_id;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct consumer_protocol_assignment {
  static constexpr message_info info{"ConsumerProtocolAssignment", no_api, direction::stored, {0, 3}};

  struct topic_partitions {
    std::string topic;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic_partitions> assigned_partitions;
  std::optional<bytes> user_data;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
