#pragma once

#include "core/consumer_group.hpp"
#include "core/share_partition.hpp"

namespace kwire::embedded {

struct share_member {
  std::string id;
  std::optional<std::string> rack_id;
  std::string client_id;
  std::string client_host;
  std::set<std::string> topics;
  std::int32_t epoch = 0;
  std::int32_t previous_epoch = -1;
  topic_partitions assigned;
  instant session_end{};
};

/// A ShareGroupHeartbeat; null is "as before".
struct share_heartbeat {
  std::string member_id;
  std::int32_t epoch = 0;
  std::optional<std::string> rack_id;
  std::optional<std::vector<std::string>> topics;
  std::string client_id;
  std::string client_host;
};

/// One share group (KIP-932): who its members are, which partitions they are to fetch from, and how far the
/// group is in each. Partitions are shared, so a member takes its new assignment at once.
class share_group {
 public:
  using place = std::pair<uuid, std::int32_t>;

  share_group(std::string id, const group_config& config, const group_limits& limits)
      : id_(std::move(id)), config_(&config), limits_(&limits) {}

  consumer_heartbeat_result heartbeat(const share_heartbeat& input, cluster& topics, instant now);

  /// How far the group is there; begins where its settings say when it never was there.
  share_partition& enter(const place& where, const partition& of, instant now);
  share_partition* find(const place& where);
  /// Has it begin at `offset`, whatever was.
  void reset(const place& where, std::int64_t offset) {
    places_.insert_or_assign(where, share_partition{offset});
  }
  void reset(const place& where, share_partition to) { places_.insert_or_assign(where, std::move(to)); }
  void forget(const uuid& topic);
  void forget(const place& where) { places_.erase(where); }
  const std::map<place, share_partition>& places() const noexcept { return places_; }

  void recover(std::int32_t epoch) noexcept { epoch_ = epoch; }
  void moved(instant now);
  /// Ends sessions and locks; where records became free because of that is added to `freed`.
  void advance(instant now, std::vector<place>& freed);
  std::optional<instant> next_deadline() const;

  const std::string& id() const noexcept { return id_; }
  std::string_view state() const noexcept { return members_.empty() ? "Empty" : "Stable"; }
  std::int32_t epoch() const noexcept { return epoch_; }
  const std::map<std::string, share_member>& members() const noexcept { return members_; }
  bool subscribes(const std::string& topic) const { return topics_.contains(topic); }
  share_limits limits() const;
  bool renews() const noexcept { return config_->share_renew; }

 private:
  group_refusal enter_member(const share_heartbeat& input, share_member*& found);
  void refresh(cluster& topics, bool bump);
  void assign();
  void remove(const std::string& member);

  std::string id_;
  const group_config* config_;
  const group_limits* limits_;
  std::int32_t epoch_ = 0;
  std::map<std::string, share_member> members_;
  std::map<std::string, topic_partitions> target_;
  std::map<std::string, std::pair<uuid, std::int32_t>> topics_;
  std::map<place, share_partition> places_;
};

/// What is wrong with a heartbeat whatever the group.
group_refusal check_heartbeat(const std::string& group, const share_heartbeat& input);

}  // namespace kwire::embedded
