#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kwire::protocol {

struct read_share_group_state_summary_response;

struct read_share_group_state_summary_request {
  using response = read_share_group_state_summary_response;
  static constexpr message_info info{"ReadShareGroupStateSummaryRequest",
                                     api::read_share_group_state_summary,
                                     direction::request,
                                     {0, 1},
                                     0};
  static constexpr api_facts facts{route::share_coordinator, "4.1 4.2"};

  struct partition {
    partition_id index{};
    leader_epoch epoch{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    uuid topic_id{};
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct read_share_group_state_summary_response {
  static constexpr message_info info{"ReadShareGroupStateSummaryResponse",
                                     api::read_share_group_state_summary,
                                     direction::response,
                                     {0, 1},
                                     0};

  struct partition {
    partition_id index{};
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::int32_t state_epoch = 0;
    leader_epoch epoch{};
    std::int64_t start_offset = 0;
    std::int32_t delivery_complete_count = -1;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    uuid topic_id{};
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
