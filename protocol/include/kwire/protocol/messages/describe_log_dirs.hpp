#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire::protocol {

struct describe_log_dirs_response;

struct describe_log_dirs_request {
  using response = describe_log_dirs_response;
  static constexpr message_info info{
      "DescribeLogDirsRequest", api::describe_log_dirs, direction::request, {0, 5}, 2};
  static constexpr api_facts facts{route::every_broker, "1.0 2.0 2.6 3.2 3.3 4.3", 1};

  struct topic {
    std::string name;
    std::vector<partition_id> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::optional<std::vector<topic>> topics{std::in_place};  ///< null asks for all
  unknown_fields unknown;
  void describe(visitor& v);
};

struct describe_log_dirs_response {
  static constexpr message_info info{
      "DescribeLogDirsResponse", api::describe_log_dirs, direction::response, {0, 5}, 2};

  struct partition {
    partition_id partition_index{};
    std::int64_t partition_size = 0;
    std::int64_t offset_lag = 0;
    bool is_future_key = false;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct topic {
    std::string name;
    std::vector<partition> partitions;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct result {
    std::int16_t error_code = 0;
    std::string log_dir;
    std::vector<topic> topics;
    std::int64_t total_bytes = -1;
    std::int64_t usable_bytes = -1;
    bool is_cordoned = false;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t throttle_time_ms = 0;
  std::int16_t error_code = 0;
  std::vector<result> results;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
