#pragma once

#include "core/assignors.hpp"
#include "core/group.hpp"
#include "core/group_config.hpp"
#include "core/topic_pattern.hpp"

namespace kwire::embedded {

/// Why something was refused, in the words that the answer carries.
struct group_refusal {
  broker_errc code = broker_errc::none;
  std::string message;
};

/// What a member of a consumer group that still speaks the classic protocol has told.
struct classic_side {
  std::chrono::milliseconds session_timeout{};
  std::vector<group_protocol> protocols;
};

struct consumer_member {
  /// Whether the member has what it is to have (KIP-848): `unrevoked` must give back something first,
  /// `unreleased` waits for what others have not given back.
  enum class state : std::uint8_t { stable, unrevoked, unreleased };

  std::string id;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::string client_id;
  std::string client_host;
  std::chrono::milliseconds rebalance_timeout{};
  std::set<std::string> topics;
  std::string pattern;  ///< empty: none
  std::optional<std::string> assignor;
  std::int32_t epoch = 0;
  std::int32_t previous_epoch = -1;
  state now = state::stable;
  topic_partitions assigned;
  topic_partitions revoking;
  std::optional<classic_side> classic;
  instant session_end{};
  std::optional<instant> rebalance_end;  ///< until when it must have given back
  std::optional<instant> join_end;       ///< until when a classic member must have joined again
  std::optional<instant> sync_end;       ///< likewise asked for its assignment

  bool reconciled_to(std::int32_t target) const noexcept { return now == state::stable && epoch == target; }
};

constexpr std::int32_t leaving_epoch = -1;
constexpr std::int32_t leaving_static_epoch = -2;

/// A ConsumerGroupHeartbeat; null is "as before".
struct consumer_heartbeat {
  std::string member_id;
  std::int32_t epoch = 0;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string>> topics;
  std::optional<std::string> pattern;
  std::optional<std::string> assignor;
  std::optional<topic_partitions> owned;
  std::string client_id;
  std::string client_host;
};

struct consumer_heartbeat_result {
  group_refusal refused;
  std::string member_id;
  std::int32_t epoch = 0;
  std::optional<topic_partitions> assignment;
};

/// One group under the consumer protocol (KIP-848). The coordinator raises the group's epoch when members or
/// topics change, computes a target assignment for that epoch, and moves each member towards it by its
/// heartbeats: a partition is given to its new owner only when the old one has said that it let go.
/// Members may still speak the classic protocol, for which the group then answers alike.
class consumer_group {
 public:
  consumer_group(std::string id, const group_config& config, const group_limits& limits,
                 random_source& random)
      : id_(std::move(id)), config_(&config), limits_(&limits), random_(&random) {}

  /// Takes over the members and the generation of a classic group; false when what they have told cannot be
  /// read. What waits in the classic group is not touched.
  bool take_over(const group& classic, cluster& topics, instant now);

  consumer_heartbeat_result heartbeat(const consumer_heartbeat& input, cluster& topics, instant now);

  // What members that speak the classic protocol ask.
  join_result join(const join_input& input, cluster& topics, instant now);
  sync_result sync(const sync_input& input, cluster& topics, instant now);
  broker_errc classic_heartbeat(const std::string& member, const std::optional<std::string>& instance,
                                generation_id generation, instant now);
  broker_errc classic_leave(const std::string& member, const std::optional<std::string>& instance);

  broker_errc may_commit(const std::string& member, std::int32_t epoch, bool knows_epochs) const;
  /// `member` is null for who does not say.
  broker_errc may_fetch(const std::optional<std::string>& member, std::int32_t epoch) const;

  /// Another node coordinates it from now on: everybody has a whole session to find that one.
  void moved(instant now);
  void advance(instant now);
  std::optional<instant> next_deadline() const;

  /// For recovery: members that are gone have to come back in a later epoch.
  void recover(std::int32_t epoch) noexcept { epoch_ = assignment_epoch_ = epoch; }

  const std::string& id() const noexcept { return id_; }
  std::string_view state() const;
  std::int32_t epoch() const noexcept { return epoch_; }
  std::int32_t assignment_epoch() const noexcept { return assignment_epoch_; }
  std::string_view assignor_name() const;
  const std::map<std::string, consumer_member>& members() const noexcept { return members_; }
  const topic_partitions& target(const std::string& member) const;
  bool subscribes(const std::string& topic) const { return topics_.contains(topic); }
  /// Nobody speaks the consumer protocol any more: the group is to become a classic one.
  bool all_classic() const;
  std::vector<group_member> as_classic(cluster& topics) const;
  const group_config& config() const noexcept { return *config_; }

 private:
  using topic_facts = std::map<std::string, std::pair<uuid, std::int32_t>>;

  group_refusal enter(const consumer_heartbeat& input, consumer_member*& found);
  group_refusal enter_static(const consumer_heartbeat& input, consumer_member*& found);
  group_refusal enter_classic(const join_input& input, const std::string& id, consumer_member*& found);
  consumer_member& create(const std::string& id);
  consumer_member& replace(const std::string& old_id, const std::string& id);
  bool update(consumer_member& who, const consumer_heartbeat& input);
  bool is_full() const noexcept { return members_.size() >= limits_->max_size; }
  consumer_heartbeat_result leave(const consumer_heartbeat& input);
  void refresh(cluster& topics, bool bump);
  void note_deadlines(const consumer_member& who);
  void assign();
  void reconcile(consumer_member& who, const std::optional<topic_partitions>& owned, bool changed,
                 instant now);
  void shrink(consumer_member& who, const std::optional<topic_partitions>& owned);
  void next_assignment(consumer_member& who, std::int32_t epoch,
                       const std::optional<topic_partitions>& owned);
  std::set<std::string> subscription(const consumer_member& who) const;
  std::set<uuid> subscribed_ids(const consumer_member& who) const;
  topic_partitions owned_by_others(const consumer_member& who) const;
  void remove(const std::string& member);
  broker_errc check_classic(const std::string& member, const std::optional<std::string>& instance,
                            generation_id generation) const;
  bool must_rejoin(const consumer_member& who) const;
  bool supports(const join_input& input) const;

  std::string id_;
  const group_config* config_;
  const group_limits* limits_;
  random_source* random_;
  std::int32_t epoch_ = 0;
  std::int32_t assignment_epoch_ = 0;
  std::map<std::string, consumer_member> members_;
  std::map<std::string, std::string> static_members_;  ///< instance id -> member id
  std::map<std::string, topic_partitions> target_;
  std::map<std::string, std::shared_ptr<const topic_pattern>> patterns_;
  std::map<std::string, std::set<std::string>> matches_;  ///< of each pattern
  topic_facts topics_;                                    ///< those subscribed to that exist
  std::uint64_t seen_topics_ = 0;                         ///< version of the topics that were looked at
  // The first deadline or, cheaper to keep up with heartbeats, a time before it.
  mutable std::optional<instant> deadline_;
  mutable bool deadline_known_ = false;
};

/// What is wrong with a heartbeat whatever the group; `version` is that of the request.
group_refusal check_heartbeat(const std::string& group, const consumer_heartbeat& input,
                              std::int16_t version);

/// Whether all of `part` is in `whole`.
bool is_subset(const topic_partitions& part, const topic_partitions& whole) noexcept;

}  // namespace kwire::embedded
