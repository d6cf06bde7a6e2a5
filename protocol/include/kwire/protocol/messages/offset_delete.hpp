#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct offset_delete_response;

struct offset_delete_request {
  using response = offset_delete_response;
  static constexpr message_info info{"OffsetDeleteRequest", api::offset_delete, direction::request, {0, 0}};
  static constexpr api_facts facts{route::group_coordinator, "2.4"};

  struct partition {
    partition_id partition_index{};
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::string group_id;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct offset_delete_response {
  static constexpr message_info info{"OffsetDeleteResponse", api::offset_delete, direction::response, {0, 0}};

  struct partition {
    partition_id partition_index{};
    std::int16_t error_code = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int16_t error_code = 0;
  std::int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
