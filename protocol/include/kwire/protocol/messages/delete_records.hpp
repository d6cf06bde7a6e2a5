#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct delete_records_response;

struct delete_records_request {
  using response = delete_records_response;
  static constexpr message_info info{
      "DeleteRecordsRequest", api::delete_records, direction::request, {0, 2}, 2};
  static constexpr api_facts facts{route::leader, "0.11 2.0 2.6"};

  struct partition {
    partition_id partition_index{};
    std::int64_t offset = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<topic> topics;
  std::int32_t timeout_ms = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct delete_records_response {
  static constexpr message_info info{
      "DeleteRecordsResponse", api::delete_records, direction::response, {0, 2}, 2};

  struct partition {
    partition_id partition_index{};
    std::int64_t low_watermark = 0;
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

  std::int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
