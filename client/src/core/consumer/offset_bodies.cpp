#include "core/consumer/offset_bodies.hpp"

#include <algorithm>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <utility>

#include "core/topic_entries.hpp"

namespace kwire::core {
namespace {

using protocol::list_offsets_request;
using protocol::offset_commit_request;
using protocol::offset_fetch_request;

class offset_commit_body final : public request_body {
 public:
  explicit offset_commit_body(offset_commit_request message) : message_(std::move(message)) {}
  const protocol::message_info& info() const override { return offset_commit_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    return encode_message(protocol::ref(message_), version, out);
  }

 private:
  offset_commit_request message_;
};

/// One group up to version 7, a list of groups from version 8 on (KIP-709).
class offset_fetch_body final : public request_body {
 public:
  offset_fetch_body(std::string group, const std::vector<topic_partition>& partitions, bool require_stable)
      : group_(std::move(group)), stable_(require_stable) {
    for (const auto& tp : partitions) topics_[tp.topic].push_back(tp.partition);
  }
  const protocol::message_info& info() const override { return offset_fetch_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    offset_fetch_request message;
    message.require_stable = stable_ && version >= 7;
    if (version >= 8) {
      auto& group = message.groups.emplace_back();
      group.group_id = group_;
      for (const auto& [name, numbers] : topics_) {
        auto& topic = group.topics->emplace_back();
        topic.name = name;
        topic.partition_indexes = numbers;
      }
    } else {
      message.group_id = group_;
      for (const auto& [name, numbers] : topics_) {
        auto& topic = message.topics->emplace_back();
        topic.name = name;
        topic.partition_indexes = numbers;
      }
    }
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  std::string group_;
  bool stable_;
  std::map<std::string, std::vector<partition_id>> topics_;
};

class list_offsets_body final : public request_body {
 public:
  list_offsets_body(const std::vector<list_target>& targets, isolation level) : level_(level) {
    message_.replica_id = no_node;
    for (const auto& target : targets) {
      auto& partition = topic_in(message_.topics, target.where.topic).partitions.emplace_back();
      partition.partition_index = target.where.partition;
      partition.timestamp = target.timestamp;
      partition.current_leader_epoch = target.epoch;
    }
  }
  const protocol::message_info& info() const override { return list_offsets_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    message_.isolation_level = version >= 2 ? static_cast<std::int8_t>(level_) : std::int8_t{0};
    return encode_message(protocol::ref(message_), version, out);
  }

 private:
  list_offsets_request message_;
  isolation level_;
};

}  // namespace

std::shared_ptr<request_body> make_offset_commit(const commit_identity& who,
                                                 const std::vector<commit_entry>& entries,
                                                 const metadata_snapshot& topics) {
  offset_commit_request message;
  message.group_id = who.group;
  message.member_id = who.member;
  message.group_instance_id = who.instance;
  message.generation_id_or_member_epoch = who.generation;
  for (const auto& entry : entries) {
    auto& topic = topic_in(message.topics, entry.where.topic);
    if (const auto* known = topics.find(entry.where.topic)) topic.topic_id = known->id;
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = entry.where.partition;
    partition.committed_offset = entry.offset;
    partition.committed_leader_epoch = entry.epoch;
    partition.committed_metadata = entry.metadata;
  }
  return std::make_shared<offset_commit_body>(std::move(message));
}

std::int16_t highest_commit_version(const std::vector<commit_entry>& entries,
                                    const metadata_snapshot& topics) {
  const bool all_known = std::ranges::all_of(entries, [&](const commit_entry& entry) {
    const auto* topic = topics.find(entry.where.topic);
    return topic != nullptr && !topic->id.is_zero();
  });
  return all_known ? 0x7fff : 9;
}

std::shared_ptr<request_body> make_offset_fetch(std::string group,
                                                const std::vector<topic_partition>& partitions,
                                                bool require_stable) {
  return std::make_shared<offset_fetch_body>(std::move(group), partitions, require_stable);
}

std::shared_ptr<request_body> make_list_offsets(const std::vector<list_target>& targets, isolation level) {
  return std::make_shared<list_offsets_body>(targets, level);
}

result<commit_answer> read_offset_commit(const response& answer, const metadata_snapshot& topics) {
  protocol::offset_commit_response message;
  if (auto read = read_response(message, answer); !read) return read.error();
  commit_answer codes;
  for (auto& topic : message.topics) {
    if (answer.version >= 10) {
      const auto known = topics.names.find(topic.topic_id);
      if (known == topics.names.end()) continue;
      topic.name = known->second;
    }
    for (const auto& partition : topic.partitions) {
      codes[{topic.name, partition.partition_index}] = static_cast<broker_errc>(partition.error_code);
    }
  }
  return codes;
}

result<std::map<topic_partition, committed_state>> read_offset_fetch(const response& answer) {
  protocol::offset_fetch_response message;
  if (auto read = read_response(message, answer); !read) return read.error();
  std::map<topic_partition, committed_state> found;
  auto code = static_cast<broker_errc>(message.error_code);
  const auto take = [&](const auto& topics) {
    for (const auto& topic : topics) {
      for (const auto& p : topic.partitions) {
        found[{topic.name, p.partition_index}] = {static_cast<broker_errc>(p.error_code), p.committed_offset,
                                                  p.committed_leader_epoch, p.metadata.value_or("")};
      }
    }
  };
  if (answer.version >= 8) {
    if (message.groups.size() != 1) return error{errc::unexpected_answer}.in(api::offset_fetch);
    code = static_cast<broker_errc>(message.groups.front().error_code);
    take(message.groups.front().topics);
  } else {
    take(message.topics);
  }
  if (code != broker_errc::none) return error{code}.in(api::offset_fetch);
  return found;
}

result<std::map<topic_partition, listed_offset>> read_list_offsets(const response& answer) {
  protocol::list_offsets_response message;
  if (auto read = read_response(message, answer); !read) return read.error();
  std::map<topic_partition, listed_offset> found;
  for (const auto& topic : message.topics) {
    for (const auto& p : topic.partitions) {
      listed_offset at{static_cast<broker_errc>(p.error_code), p.offset, p.timestamp, p.epoch};
      // Version 0 lists segment starts, latest first.
      if (answer.version == 0 && !p.old_style_offsets.empty()) at.offset = p.old_style_offsets.front();
      found[{topic.name, p.partition_index}] = at;
    }
  }
  return found;
}

}  // namespace kwire::core
