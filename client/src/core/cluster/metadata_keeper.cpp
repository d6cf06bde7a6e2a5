#include "core/cluster/metadata_keeper.hpp"

#include <algorithm>
#include <set>

namespace kwire::core {
namespace {

/// So often in a row an older epoch must be said to be believed: a topic that was made anew on brokers
/// without topic ids begins at zero again.
constexpr std::uint8_t rewinds_believed = 5;

bool reachable(const protocol::metadata_response::broker& broker) {
  return raw(broker.id) >= 0 && broker.port >= 1 && broker.port <= 65535;
}

/// Metadata differs between versions in how it says "all topics", "none" and "do not create".
class metadata_body final : public request_body {
 public:
  metadata_body(std::vector<std::string> topics, bool every_topic, bool create)
      : topics_(std::move(topics)), all_(every_topic), create_(create) {}

  const protocol::message_info& info() const override { return protocol::metadata_request::info; }

  result<void> encode(std::int16_t version, protocol::writer& out) override {
    protocol::metadata_request message;
    // Version 0 has no null: an empty list means every topic, as null does later.
    if (all_ && version > 0) message.topics.reset();
    if (!all_) {
      for (const auto& name : topics_) message.topics->emplace_back().name = name;
    }
    // Older brokers create what is asked for if they are configured to; they cannot be told not to.
    message.allow_auto_topic_creation = create_ || version < 4;
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  std::vector<std::string> topics_;
  bool all_;
  bool create_;
};

}  // namespace

metadata_keeper::metadata_keeper(const client_settings& settings, random_source& random)
    : settings_(&settings), random_(&random), pause_(settings.retry_backoff, settings.retry_backoff_max) {}

void metadata_keeper::set_interest(const reactor* who, topic_interest interest, time_point now) {
  const bool unknown = interest.all || std::ranges::any_of(interest.names, [&](const std::string& name) {
                         return snapshot_->find(name) == nullptr;
                       });
  if (unknown) {
    wanted_ = true;
    not_before_ = std::min(not_before_, now);  // a new topic does not wait for the pause of an old failure
  }
  interests_[who] = std::move(interest);
}

void metadata_keeper::remove_interest(const reactor* who) { interests_.erase(who); }

bool metadata_keeper::interested() const { return wanted_ || !interests_.empty(); }

std::shared_ptr<request_body> metadata_keeper::poll(time_point now) {
  if (in_flight_ || now < not_before_ || !interested()) return nullptr;
  if (!wanted_ && now < last_success_ + settings_->metadata_max_age) return nullptr;
  std::set<std::string> names;
  bool every_topic = false;
  bool create = false;
  for (const auto& [who, interest] : interests_) {
    names.insert(interest.names.begin(), interest.names.end());
    every_topic = every_topic || interest.all;
    create = create || interest.create_missing;
  }
  wanted_ = false;
  in_flight_ = true;
  return std::make_shared<metadata_body>(std::vector<std::string>{names.begin(), names.end()}, every_topic,
                                         create);
}

void metadata_keeper::failed(time_point now) {
  in_flight_ = false;
  wanted_ = true;
  not_before_ = now + pause_.next(*random_);
}

time_point metadata_keeper::next_deadline() const {
  if (in_flight_ || !interested()) return never;
  if (wanted_) return not_before_;
  return std::max<time_point>(not_before_, last_success_ + settings_->metadata_max_age);
}

bool metadata_keeper::digest(const protocol::metadata_response& answer, time_point now,
                             std::optional<error>& why) {
  in_flight_ = false;
  if (answer.error_code != 0) {
    why = error{static_cast<broker_errc>(answer.error_code)}.in(api::metadata);
  } else if (std::ranges::none_of(answer.brokers, reachable)) {
    why = error{errc::not_connected, "the answer names no brokers"}.in(api::metadata);
  } else if (snapshot_->cluster_id && answer.cluster_id && *snapshot_->cluster_id != *answer.cluster_id) {
    why = error{errc::wrong_cluster,
                "expected cluster " + *snapshot_->cluster_id + ", found " + *answer.cluster_id}
              .in(api::metadata);
  }
  if (why) {
    failed(now);
    return false;
  }

  auto fresh = std::make_shared<metadata_snapshot>();
  fresh->cluster_id = answer.cluster_id ? answer.cluster_id : snapshot_->cluster_id;
  fresh->controller = answer.controller_id;
  fresh->revision = snapshot_->revision + 1;
  for (const auto& broker : answer.brokers) {
    if (!reachable(broker)) continue;
    fresh->brokers[broker.id] = {broker.id, broker.host, static_cast<std::uint16_t>(broker.port),
                                 broker.rack};
  }
  bool incomplete = false;
  for (const auto& topic : answer.topics) {
    if (!topic.name || topic.name->empty()) continue;
    auto merged = merge(topic, snapshot_->find(*topic.name));
    incomplete = incomplete || is_retriable(merged->error) ||
                 std::ranges::any_of(merged->partitions, [](const auto& p) { return p.leader == no_node; });
    if (!merged->id.is_zero()) fresh->names[merged->id] = merged->name;
    fresh->topics[*topic.name] = std::move(merged);
  }
  snapshot_ = std::move(fresh);
  last_success_ = now;
  if (incomplete) {
    // A leader is being elected or a topic is being made: look again soon, but not at once.
    wanted_ = true;
    not_before_ = now + pause_.next(*random_);
  } else {
    pause_.reset();
    not_before_ = now + settings_->retry_backoff;
  }
  events_.emplace_back(event_kind::metadata_refreshed, severity::debug, context::metadata)
      .with(std::to_string(snapshot_->brokers.size()) + " brokers, " +
            std::to_string(snapshot_->topics.size()) + " topics");
  return true;
}

bool metadata_keeper::adopt(const leader_news& news) {
  std::shared_ptr<metadata_snapshot> fresh;
  for (const auto& told : news.leaders) {
    const auto& now = fresh ? *fresh : *snapshot_;
    const auto* known = now.find(told.topic, told.partition);
    if (known == nullptr || told.epoch <= known->epoch) continue;
    const auto place = std::ranges::find(news.brokers, told.node, &broker_info::id);
    if (place == news.brokers.end() && now.find(told.node) == nullptr) continue;
    if (!fresh) fresh = std::make_shared<metadata_snapshot>(*snapshot_);
    if (place != news.brokers.end()) fresh->brokers[told.node] = *place;
    auto info = std::make_shared<topic_info>(*fresh->find(told.topic));
    auto& partition = info->partitions[static_cast<std::size_t>(raw(told.partition))];
    partition.leader = told.node;
    partition.epoch = told.epoch;
    partition.rewinds = 0;
    fresh->topics[told.topic] = std::move(info);
  }
  if (!fresh) return false;
  ++fresh->revision;
  snapshot_ = std::move(fresh);
  return true;
}

std::shared_ptr<const topic_info> metadata_keeper::merge(const protocol::metadata_response::topic& answer,
                                                         const topic_info* before) {
  auto info = std::make_shared<topic_info>();
  info->name = *answer.name;
  info->id = answer.topic_id;
  info->internal = answer.is_internal;
  info->error = static_cast<broker_errc>(answer.error_code);
  const bool same_topic = before != nullptr && before->id == info->id;
  if (info->error != broker_errc::none) {
    // A broker that restarts may not know a topic for a while: what was known about it stays.
    if (before != nullptr) {
      info->id = before->id;
      info->partitions = before->partitions;
    }
    return info;
  }
  std::size_t count = same_topic ? before->partitions.size() : 0;  // a lagging broker may omit new ones
  for (const auto& partition : answer.partitions) {
    const auto number = raw(partition.partition_index);
    // The count of partitions bounds the numbers: nothing is indexed by what a peer says alone.
    if (number >= 0 && static_cast<std::size_t>(number) < answer.partitions.size()) {
      count = std::max(count, static_cast<std::size_t>(number) + 1);
    }
  }
  info->partitions.resize(count);
  if (same_topic) std::ranges::copy(before->partitions, info->partitions.begin());
  for (const auto& partition : answer.partitions) {
    const auto index = static_cast<std::size_t>(raw(partition.partition_index));
    if (raw(partition.partition_index) < 0 || index >= count) continue;
    auto& slot = info->partitions[index];
    const bool older = same_topic && partition.epoch != no_leader_epoch && partition.epoch < slot.epoch;
    if (older && ++slot.rewinds < rewinds_believed) continue;
    slot = {partition.leader_id,
            partition.epoch,
            partition.replica_nodes,
            partition.isr_nodes,
            partition.offline_replicas,
            static_cast<broker_errc>(partition.error_code),
            0};
    if (slot.error == broker_errc::leader_not_available) slot.leader = no_node;
  }
  return info;
}

}  // namespace kwire::core
