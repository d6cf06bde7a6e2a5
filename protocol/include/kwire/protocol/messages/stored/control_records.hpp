#pragma once

#include <cstdint>
#include <kwire/protocol/ids.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <string>
#include <vector>

namespace kwire::protocol {

/// The key of every control record.
struct control_record_type_schema {
  static constexpr message_info info{"ControlRecordTypeSchema", no_api, direction::stored, {0, 0}};

  std::int16_t type = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

/// The value of a commit or abort marker.
struct end_txn_marker {
  static constexpr message_info info{"EndTxnMarker", no_api, direction::stored, {0, 0}};

  std::int32_t coordinator_epoch = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

// From here on the first field is the version itself: `encode` and `decode` at that version, for the stored
// forms would have it twice.

struct leader_change_message {
  static constexpr message_info info{"LeaderChangeMessage", no_api, direction::stored, {0, 1}, 0};

  struct voter {
    node_id voter_id{};
    uuid voter_directory_id{};  ///< from version 1 on
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int16_t version = 0;
  node_id leader_id{};
  std::vector<voter> voters;
  std::vector<voter> granting_voters;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct snapshot_header_record {
  static constexpr message_info info{"SnapshotHeaderRecord", no_api, direction::stored, {0, 0}, 0};

  std::int16_t version = 0;
  std::int64_t last_contained_log_timestamp = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct snapshot_footer_record {
  static constexpr message_info info{"SnapshotFooterRecord", no_api, direction::stored, {0, 0}, 0};

  std::int16_t version = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct kraft_version_record {
  static constexpr message_info info{"KRaftVersionRecord", no_api, direction::stored, {0, 0}, 0};

  std::int16_t version = 0;
  std::int16_t kraft_version = 0;
  unknown_fields unknown;
  void describe(visitor& v);
};

struct voters_record {
  static constexpr message_info info{"VotersRecord", no_api, direction::stored, {0, 0}, 0};

  struct endpoint {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct version_feature {
    std::int16_t min_supported_version = 0;
    std::int16_t max_supported_version = 0;
    unknown_fields unknown;
    void describe(visitor& v);
  };
  struct voter {
    node_id voter_id{};
    uuid voter_directory_id{};
    std::vector<endpoint> endpoints;
    version_feature kraft_version_feature;
    unknown_fields unknown;
    void describe(visitor& v);
  };

  std::int16_t version = 0;
  std::vector<voter> voters;
  unknown_fields unknown;
  void describe(visitor& v);
};

}  // namespace kwire::protocol
