#include <algorithm>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <memory>
#include <utility>

#include "core/admin/group_calls.hpp"
#include "core/admin/offset_calls.hpp"

namespace kwire::core {
namespace {

using protocol::offset_fetch_request;
using protocol::offset_fetch_response;

constexpr std::int16_t last_by_name = 9;  // from version 10 on topics go by their ids (KIP-848)

/// One group up to version 7, a list of groups from version 8 on (KIP-709).
class offset_fetch_body final : public request_body {
 public:
  offset_fetch_body(std::string group, const std::optional<std::vector<topic_partition>>& partitions)
      : group_(std::move(group)) {
    if (!partitions) return;
    topics_.emplace();
    for (const auto& tp : *partitions) (*topics_)[tp.topic].push_back(tp.partition);
  }
  const protocol::message_info& info() const override { return offset_fetch_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    if (!topics_ && version < 2) {
      return error{errc::unsupported_by_broker,
                   "brokers before Kafka 0.10.2 do not list a group's offsets; name the partitions"}
          .in(api::offset_fetch);
    }
    offset_fetch_request message;
    if (version >= 8) {
      auto& group = message.groups.emplace_back();
      group.group_id = group_;
      fill(group.topics);
    } else {
      message.group_id = group_;
      fill(message.topics);
    }
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  template <class Topics>
  void fill(std::optional<Topics>& into) const {
    if (!topics_) return into.reset();
    for (const auto& [name, numbers] : *topics_) {
      auto& topic = into->emplace_back();
      topic.name = name;
      topic.partition_indexes = numbers;
    }
  }

  std::string group_;
  std::optional<std::map<std::string, std::vector<partition_id>>> topics_;
};

template <class Topics>
void file(const Topics& topics, group_offsets& into, std::optional<error>& refused) {
  for (const auto& topic : topics) {
    for (const auto& part : topic.partitions) {
      const topic_partition where{topic.name, part.partition_index};
      const auto code = static_cast<broker_errc>(part.error_code);
      if (code != broker_errc::none) {
        auto why = error{code}.in(api::offset_fetch).on(where.topic, where.partition);
        if (why.retriable() && code != broker_errc::unknown_topic_or_partition) refused = why;
        into.emplace(where, std::move(why));
      } else if (part.committed_offset >= 0) {
        into.emplace(where, group_offset{part.committed_offset, part.committed_leader_epoch,
                                         part.metadata.value_or("")});
      }
    }
  }
}

/// Offsets by partition; `refused` when all are to be asked for again.
group_offsets read(const offset_fetch_response& message, std::int16_t version, const std::string& group,
                   std::optional<error>& refused) {
  group_offsets offsets;
  auto code = static_cast<broker_errc>(message.error_code);
  if (version < 8) {
    file(message.topics, offsets, refused);
  } else if (message.groups.size() != 1) {
    refused = error{errc::unexpected_answer, "one group was asked for"}.in(api::offset_fetch);
  } else {
    code = static_cast<broker_errc>(message.groups.front().error_code);
    file(message.groups.front().topics, offsets, refused);
  }
  if (code != broker_errc::none) refused = error{code}.in(api::offset_fetch).on(group);
  return offsets;
}

std::vector<partition_lag> compare(const group_offsets& committed, const found_offsets& ends) {
  std::vector<partition_lag> lags;
  for (const auto& [where, end] : ends) {
    auto& lag = lags.emplace_back();
    lag.where = where;
    if (end) {
      lag.end = end->offset;
    } else {
      lag.failure = end.error();
    }
    const auto known = committed.find(where);
    if (known == committed.end()) continue;
    if (!known->second) {
      lag.failure = known->second.error();
      continue;
    }
    lag.committed = known->second->offset;
    if (lag.end) lag.lag = std::max<std::int64_t>(*lag.end - *lag.committed, 0);
  }
  return lags;
}

}  // namespace

void ask_group_offsets(admin_core& core, const std::string& group,
                       const std::optional<std::vector<topic_partition>>& partitions, time_point deadline,
                       told<group_offsets> done, time_point now) {
  const auto make = [group, partitions] {
    request asked;
    asked.body = std::make_shared<offset_fetch_body>(group, partitions);
    asked.to = destination::group(group);
    asked.usable.max = last_by_name;
    return asked;
  };
  const auto take = [group, done](const offset_fetch_response& message, const response& answer,
                                  time_point at) -> std::optional<error> {
    std::optional<error> refused;
    auto offsets = read(message, answer.version, group, refused);
    if (!refused) done(std::move(offsets), at);
    return refused;
  };
  core.ask(ask_for<offset_fetch_response>(
               core, make, take, [done](const error& why, time_point at) { done(why, at); }, deadline),
           now);
}

void ask_lag(admin_core& core, const std::string& group, std::vector<topic_partition> others,
             time_point deadline, told<std::vector<partition_lag>> done, time_point now) {
  const auto ask_ends = [&core, others = std::move(others), deadline, done](result<group_offsets> committed,
                                                                            time_point at) {
    if (!committed) return done(committed.error(), at);
    std::map<topic_partition, offset_query> queries;
    for (const auto& [where, offset] : *committed) queries.emplace(where, offset_query::latest());
    for (const auto& where : others) queries.emplace(where, offset_query::latest());
    ask_list_offsets(
        core, queries, false, deadline,
        [done, offsets = std::move(*committed)](const result<found_offsets>& ends, time_point then) {
          if (!ends) return done(ends.error(), then);
          done(compare(offsets, *ends), then);
        },
        at);
  };
  ask_group_offsets(core, group, {}, deadline, ask_ends, now);
}

}  // namespace kwire::core
