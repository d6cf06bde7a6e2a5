#pragma once

#include <cstdint>
#include <kwire/client/record.hpp>
#include <kwire/protocol/ids.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace kwire {

/// An offset in a group's keeping: that of the next record to read, with a note of the application's.
struct committed_offset {
  std::int64_t offset = -1;
  std::string metadata;

  committed_offset() = default;
  committed_offset(std::int64_t next, std::string note = {}) : offset(next), metadata(std::move(note)) {}
};
using offset_map = std::map<topic_partition, committed_offset>;

/// A member of a group as the coordinator knows it now; what offsets in a transaction are checked against
/// (KIP-447). With the group alone nothing is checked.
struct consumer_group_metadata {
  std::string group;
  generation_id generation = no_generation;
  std::string member;
  std::optional<std::string> instance;
};

}  // namespace kwire
