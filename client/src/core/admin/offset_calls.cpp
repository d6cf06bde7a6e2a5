#include "core/admin/offset_calls.hpp"

#include <algorithm>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace kwire::core {
namespace {

using protocol::list_offsets_request;
using protocol::list_offsets_response;

/// A partition, what is asked of it and the leader's epoch as far as it is known.
struct target {
  topic_partition where;
  offset_query query = offset_query::latest();
  leader_epoch epoch = no_leader_epoch;
};

class list_offsets_body final : public request_body {
 public:
  list_offsets_body(std::vector<target> targets, bool committed_only, std::int32_t timeout_ms)
      : targets_(std::move(targets)), committed_(committed_only), timeout_ms_(timeout_ms) {}
  const protocol::message_info& info() const override { return list_offsets_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    list_offsets_request message;
    message.replica_id = no_node;
    message.isolation_level = committed_ && version >= 2 ? 1 : 0;
    message.timeout_ms = version >= 10 ? timeout_ms_ : 0;
    for (const auto& each : targets_) {
      const auto number = each.query.number();
      if (number == -3 && version < 7) {
        return error{errc::unsupported_by_broker, "the offset of the largest timestamp needs Kafka 3.0"}.in(
            api::list_offsets);
      }
      if (message.topics.empty() || message.topics.back().name != each.where.topic) {
        message.topics.emplace_back().name = each.where.topic;
      }
      auto& part = message.topics.back().partitions.emplace_back();
      part.partition_index = each.where.partition;
      part.timestamp = number;
      if (version >= 4) part.current_leader_epoch = each.epoch;
    }
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  std::vector<target> targets_;
  bool committed_;
  std::int32_t timeout_ms_;
};

class list_offsets_job : public std::enable_shared_from_this<list_offsets_job> {
 public:
  list_offsets_job(admin_core& core, std::map<topic_partition, offset_query> queries, bool committed_only,
                   time_point deadline, told<found_offsets> done)
      : core_(&core),
        left_(std::move(queries)),
        committed_(committed_only),
        deadline_(deadline),
        done_(std::move(done)) {}

  /// Learns the leaders and asks each of them.
  void find_leaders(time_point now) {
    std::set<std::string> topics;
    for (const auto& [where, query] : left_) topics.insert(where.topic);
    ask_metadata(
        *core_, std::vector<std::string>{topics.begin(), topics.end()}, deadline_,
        [self = shared_from_this()](const result<cluster_metadata>& all, time_point at) {
          if (!all) return self->fail(all.error(), at);
          self->ask_leaders(*all, at);
        },
        now);
  }

 private:
  void ask_leaders(const cluster_metadata& all, time_point now) {
    std::map<node_id, std::vector<target>> by_leader;
    for (auto it = left_.begin(); it != left_.end();) {
      const auto& [where, query] = *it;
      auto place = find(all, where);
      if (place) {
        by_leader[place->leader].push_back({where, query, place->epoch});
      } else if (place.error().retriable() && !gone(place.error())) {
        last_ = place.error();
      } else {
        outcomes_.emplace(where, place.error());
        it = left_.erase(it);
        continue;
      }
      ++it;
    }
    waiting_ = by_leader.size();
    if (waiting_ == 0) return end_round(now);
    for (auto& [leader, targets] : by_leader) ask_leader(leader, std::move(targets), now);
  }

  /// By the table it is retriable; to a question about the past it is an answer.
  static bool gone(const error& why) { return why == broker_errc::unknown_topic_or_partition; }

  static result<partition_description> find(const cluster_metadata& all, const topic_partition& where) {
    const auto topic = all.topics.find(where.topic);
    if (topic == all.topics.end()) return error{broker_errc::unknown_topic_or_partition}.on(where.topic);
    if (!topic->second) return topic->second.error();
    const auto& parts = topic->second->partitions;
    const auto part = std::ranges::find(parts, where.partition, &partition_description::id);
    if (part == parts.end()) {
      return error{errc::unknown_partition, "the topic has " + std::to_string(parts.size()) + " partitions"}
          .on(where.topic, where.partition);
    }
    if (part->leader == no_node) {
      return error{broker_errc::leader_not_available}.on(where.topic, where.partition);
    }
    return *part;
  }

  void ask_leader(node_id leader, std::vector<target> targets, time_point now) {
    const auto wait = static_cast<std::int32_t>(core_->settings().request_timeout.count() * 4 / 5);
    const auto make = [targets, wait, leader, committed = committed_] {
      request asked;
      asked.body = std::make_shared<list_offsets_body>(targets, committed, wait);
      asked.to = destination::broker(leader);
      return asked;
    };
    const auto take = [self = shared_from_this()](const list_offsets_response& message,
                                                  const response& answer,
                                                  time_point at) -> std::optional<error> {
      self->digest(message, answer.version);
      self->one_less(at);
      return std::nullopt;
    };
    // A leader that cannot be reached may have lost its partitions: look for their leaders again.
    const auto give_up = [self = shared_from_this(), targets](const error& why, time_point at) {
      if (!why.retriable()) {
        for (const auto& each : targets) self->settle(each.where, why);
      }
      self->last_ = why;
      self->one_less(at);
    };
    auto q = ask_for<list_offsets_response>(*core_, make, take, give_up, deadline_);
    q.once = true;
    core_->ask(std::move(q), now);
  }

  void digest(const list_offsets_response& message, std::int16_t version) {
    for (const auto& topic : message.topics) {
      for (const auto& part : topic.partitions) {
        const topic_partition where{topic.name, part.partition_index};
        const auto code = static_cast<broker_errc>(part.error_code);
        if (code != broker_errc::none) {
          const auto why = error{code}.in(api::list_offsets).on(where.topic, where.partition);
          if (!why.retriable() && code != broker_errc::fenced_leader_epoch) settle(where, why);
          last_ = why;
          continue;
        }
        found_offset found{part.offset, part.timestamp, part.epoch};
        // Version 0 lists segment starts, latest first.
        if (version == 0 && !part.old_style_offsets.empty()) found.offset = part.old_style_offsets.front();
        settle(where, found);
      }
    }
  }

  void settle(const topic_partition& where, result<found_offset> outcome) {
    if (left_.erase(where) > 0) outcomes_.emplace(where, std::move(outcome));
  }

  void one_less(time_point now) {
    if (--waiting_ == 0) end_round(now);
  }

  void end_round(time_point now) {
    if (left_.empty()) return done_(std::move(outcomes_), now);
    if (!last_) last_ = error{errc::unexpected_answer, "an answer lacks partitions"}.in(api::list_offsets);
    if (now >= deadline_) return fail(*last_, now);
    core_->refresh_metadata();
    core_->later(std::min<time_point>(now + core_->pause(++rounds_), deadline_),
                 [self = shared_from_this()](time_point at) { self->next_round(at); });
  }

  void next_round(time_point now) {
    if (now >= deadline_) return fail(*last_, now);
    find_leaders(now);
  }

  void fail(const error& why, time_point now) {
    if (outcomes_.empty() && !last_) return done_(why, now);
    for (const auto& [where, query] : left_) outcomes_.emplace(where, last_ ? *last_ : why);
    left_.clear();
    done_(std::move(outcomes_), now);
  }

  admin_core* core_;
  std::map<topic_partition, offset_query> left_;
  bool committed_;
  time_point deadline_;
  told<found_offsets> done_;
  found_offsets outcomes_;
  std::optional<error> last_;
  std::size_t waiting_ = 0;
  unsigned rounds_ = 0;
};

}  // namespace

void ask_list_offsets(admin_core& core, const std::map<topic_partition, offset_query>& queries,
                      bool committed_only, time_point deadline, told<found_offsets> done, time_point now) {
  if (queries.empty()) return done(found_offsets{}, now);
  std::make_shared<list_offsets_job>(core, queries, committed_only, deadline, std::move(done))
      ->find_leaders(now);
}

}  // namespace kwire::core
