#pragma once

#include <kwire/client/record.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/cluster/metadata_snapshot.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/consumer/consumer_sink.hpp"
#include "core/request.hpp"

namespace kwire::core {

// Requests about offsets in the form of whatever version is spoken, and their answers in one form.

/// Who commits.
struct commit_identity {
  std::string group;
  std::string member;
  std::optional<std::string> instance;
  generation_id generation = no_generation;
};

std::shared_ptr<request_body> make_offset_commit(const commit_identity& who,
                                                 const std::vector<commit_entry>& entries,
                                                 const metadata_snapshot& topics);
/// `require_stable` waits for offsets of open transactions (KIP-447), where the broker can.
std::shared_ptr<request_body> make_offset_fetch(std::string group,
                                                const std::vector<topic_partition>& partitions,
                                                bool require_stable);

struct list_target {
  topic_partition where;
  std::int64_t timestamp = -1;
  leader_epoch epoch = no_leader_epoch;
};
std::shared_ptr<request_body> make_list_offsets(const std::vector<list_target>& targets, isolation level);

/// Highest version that names topics instead of giving their ids, for OffsetFetch.
inline constexpr std::int16_t offset_fetch_by_name = 9;
/// Highest version of OffsetCommit that can carry entries of these topics.
std::int16_t highest_commit_version(const std::vector<commit_entry>& entries,
                                    const metadata_snapshot& topics);

using commit_answer = std::map<topic_partition, broker_errc>;
result<commit_answer> read_offset_commit(const response& answer, const metadata_snapshot& topics);

struct committed_state {
  broker_errc code{};
  std::int64_t offset = -1;  ///< -1: nothing is committed
  leader_epoch epoch = no_leader_epoch;
  std::string metadata;
};
/// An error is one of the whole answer.
result<std::map<topic_partition, committed_state>> read_offset_fetch(const response& answer);

struct listed_offset {
  broker_errc code{};
  std::int64_t offset = -1;  ///< -1: no record that late
  std::int64_t timestamp = -1;
  leader_epoch epoch = no_leader_epoch;
};
result<std::map<topic_partition, listed_offset>> read_list_offsets(const response& answer);

}  // namespace kwire::core
