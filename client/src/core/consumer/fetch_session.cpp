#include "core/consumer/fetch_session.hpp"

#include <algorithm>
#include <kwire/protocol/messages/fetch.hpp>
#include <limits>

namespace kwire::core {
namespace {

using protocol::fetch_request;

/// A fetch in the form of the version that turns out to be spoken.
class fetch_body final : public request_body {
 public:
  fetch_body(fetch_request message, bool full) : message_(std::move(message)), full_(full) {}

  const protocol::message_info& info() const override { return fetch_request::info; }

  result<void> encode(std::int16_t version, protocol::writer& out) override {
    if (version < 7 && !full_) {
      // The broker was replaced by an older one: only a request that names everything makes sense to it.
      return error{broker_errc::fetch_session_id_not_found}.in(api::fetch);
    }
    return encode_message(protocol::ref(message_), version, out);
  }

 private:
  fetch_request message_;
  bool full_;
};

template <class Topics>
auto& topic_in(Topics& topics, const std::string& name, const uuid& id) {
  if (topics.empty() || topics.back().name != name) {
    auto& topic = topics.emplace_back();
    topic.name = name;
    topic.topic_id = id;
  }
  return topics.back();
}

void add_target(fetch_request& message, const topic_partition& where, const fetch_target& target) {
  auto& partition = topic_in(message.topics, where.topic, target.topic_id).partitions.emplace_back();
  partition.index = where.partition;
  partition.current_leader_epoch = target.epoch;
  partition.fetch_offset = target.offset;
  partition.partition_max_bytes = target.max_bytes;
}

}  // namespace

std::shared_ptr<request_body> fetch_session::next(fetch_targets wanted, const consumer_settings& settings,
                                                  std::int32_t max_bytes) {
  const bool with_ids =
      std::ranges::none_of(wanted, [](const auto& t) { return t.second.topic_id.is_zero(); });
  if (with_ids != with_ids_) restart();  // a session names topics in one way
  with_ids_ = with_ids;
  const bool full = epoch_ == 0;

  fetch_request message;
  message.max_wait_ms = static_cast<std::int32_t>(settings.fetch_max_wait.count());
  message.min_bytes = static_cast<std::int32_t>(settings.fetch_min_bytes);
  message.max_bytes = max_bytes;
  message.isolation_level = static_cast<std::int8_t>(settings.level);
  // Epoch 0 with the old id closes the old session and opens another.
  message.session_id = id_;
  message.session_epoch = epoch_;
  if (full) known_.clear();
  for (const auto& [where, target] : wanted) {
    const auto before = known_.find(where);
    const bool renamed = before != known_.end() && before->second.topic_id != target.topic_id;
    if (renamed) {
      auto& gone = topic_in(message.forgotten_topics_data, where.topic, before->second.topic_id);
      gone.partitions.push_back(where.partition);
    }
    if (before == known_.end() || renamed || !before->second.same_request(target)) {
      add_target(message, where, target);
    }
  }
  for (const auto& [where, target] : known_) {
    if (wanted.contains(where)) continue;
    topic_in(message.forgotten_topics_data, where.topic, target.topic_id)
        .partitions.push_back(where.partition);
  }
  known_ = std::move(wanted);
  return std::make_shared<fetch_body>(std::move(message), full);
}

bool fetch_session::answered(std::int16_t version, broker_errc code, std::int32_t session_id) {
  if (code != broker_errc::none) {
    // The broker does not know the id (any more), so there is nothing to close.
    if (code == broker_errc::fetch_session_id_not_found) id_ = 0;
    restart();
    return false;
  }
  if (version < 7 || session_id == 0) {
    // No sessions, or none free: everything is named each time.
    id_ = 0;
    restart();
    return true;
  }
  if (epoch_ != 0 && session_id != id_) {
    id_ = session_id;
    restart();
    return false;
  }
  id_ = session_id;
  epoch_ = epoch_ == std::numeric_limits<std::int32_t>::max() ? 1 : epoch_ + 1;
  return true;
}

}  // namespace kwire::core
