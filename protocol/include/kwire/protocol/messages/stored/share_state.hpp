#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct share_snapshot_key {
  static constexpr auto info = record_key("ShareSnapshotKey", coordinator_log::share, 0);

  std::string group_id;
  uuid topic_id{};
  partition_id partition{};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_snapshot_value {
  static constexpr auto info = record_value("ShareSnapshotValue", coordinator_log::share, 0);

  struct state_batch {
    std::int64_t first_offset = 0;
    std::int64_t last_offset = 0;
    std::int8_t delivery_state = 0;
    std::int16_t delivery_count = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t snapshot_epoch = 0;
  std::int32_t state_epoch = 0;
  leader_epoch epoch{};
  std::int64_t start_offset = 0;
  std::int32_t delivery_complete_count = -1;
  std::int64_t create_timestamp = 0;
  std::int64_t write_timestamp = 0;
  std::vector<state_batch> state_batches;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_update_key {
  static constexpr auto info = record_key("ShareUpdateKey", coordinator_log::share, 1);

  std::string group_id;
  uuid topic_id{};
  partition_id partition{};
  unknown_fields unknown;
  void describe(visitor& v);
};

struct share_update_value {
  static constexpr auto info = record_value("ShareUpdateValue", coordinator_log::share, 1);

  struct state_batch {
    std::int64_t first_offset = 0;
    std::int64_t last_offset = 0;
    std::int8_t delivery_state = 0;
    std::int16_t delivery_count = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int32_t snapshot_epoch = 0;
  leader_epoch epoch{};
  std::int64_t start_offset = 0;
  std::int32_t delivery_complete_count = -1;
  std::vector<state_batch> state_batches;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
