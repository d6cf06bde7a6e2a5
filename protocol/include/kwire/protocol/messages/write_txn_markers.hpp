#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

struct write_txn_markers_response;

struct write_txn_markers_request {
  using response = write_txn_markers_response;
  static constexpr message_info info{
      "WriteTxnMarkersRequest", api::write_txn_markers, direction::request, {0, 2}, 1};
  static constexpr api_facts facts{route::leader, "0.11 2.8 4.2", 1};

  struct topic {
    std::string name;
    std::vector<partition_id> partition_indexes;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct marker {
    producer_id producer{};
    producer_epoch epoch{};
    bool transaction_result = false;
    std::vector<topic> topics;
    std::int32_t coordinator_epoch = 0;
    std::int8_t transaction_version = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<marker> markers;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct write_txn_markers_response {
  static constexpr message_info info{
      "WriteTxnMarkersResponse", api::write_txn_markers, direction::response, {0, 2}, 1};

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
  struct marker {
    producer_id producer{};
    std::vector<topic> topics;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::vector<marker> markers;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
