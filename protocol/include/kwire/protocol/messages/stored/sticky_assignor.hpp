#pragma once

#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

/// User data of a member in a group whose assignor is "sticky". No version stands before it: `encode` at the
/// latest version, `decode_user_data`.
struct sticky_assignor_user_data {
  static constexpr message_info info{"StickyAssignorUserData", no_api, direction::stored, {0, 1}};

  struct topic_assignment {
    std::string topic;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic_assignment> previous_assignment;
  generation_id generation = no_generation;
  unknown_fields unknown;
  void describe(visitor& v);
};

/// The same of "cooperative-sticky", whose members tell what they own in the subscription.
struct cooperative_sticky_assignor_user_data {
  static constexpr message_info info{"CooperativeStickyAssignorUserData", no_api, direction::stored, {0, 0}};

  generation_id generation = no_generation;
  unknown_fields unknown;
  void describe(visitor& v);
};

/// Reads the latest version that fits, as Kafka does, and gives it.
[[nodiscard]] wire_result<std::int16_t> decode_user_data(sticky_assignor_user_data& data, bytes_view input);

}  // namespace kwire::protocol
