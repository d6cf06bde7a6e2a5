#pragma once

#include <kwire/protocol/broker_errc.hpp>
#include <map>
#include <optional>
#include <utility>

#include "core/types.hpp"

namespace kwire::embedded {

struct group_limits {
  std::chrono::milliseconds min_session_timeout{6'000};
  std::chrono::milliseconds max_session_timeout{1'800'000};
  /// How long a group that has just become non-empty waits for more members.
  std::chrono::milliseconds initial_rebalance_delay{0};
  std::size_t max_metadata_bytes = 4096;  ///< of an offset commit
  std::size_t max_size = 10'000;          ///< members of a group; Kafka has no such limit unless told
  std::size_t max_share_size = 200;       ///< members of a share group
  /// Offsets of a group without members, and of topics nobody in it reads any more, are kept so long
  /// (Kafka's offsets.retention.minutes), which is looked at this often.
  std::chrono::milliseconds offsets_retention{std::chrono::days{7}};
  std::chrono::milliseconds offsets_retention_check{std::chrono::minutes{10}};
};

struct group_protocol {
  std::string name;
  bytes metadata;
  friend bool operator==(const group_protocol&, const group_protocol&) = default;
};

struct group_member {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  std::chrono::milliseconds session_timeout{};
  std::chrono::milliseconds rebalance_timeout{};
  std::vector<group_protocol> protocols;
  bytes assignment;
  std::optional<request_token> joining;  ///< the JoinGroup that waits for its answer
  std::optional<request_token> syncing;  ///< likewise the SyncGroup
  bool synced = false;                   ///< has asked for the assignment of this generation
  instant session_end{};

  const bytes* metadata(const std::string& protocol) const noexcept;
  /// A member that waits for us cannot send heartbeats.
  bool waits() const noexcept { return joining || syncing; }
};

struct join_input {
  request_token token;
  std::string member_id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  std::chrono::milliseconds session_timeout{};
  std::chrono::milliseconds rebalance_timeout{};
  std::string protocol_type;
  std::vector<group_protocol> protocols;
};

struct join_result {
  struct listed {
    std::string member_id;
    std::optional<std::string> instance_id;
    bytes metadata;
  };
  broker_errc error{};
  generation_id generation = no_generation;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::string leader;
  std::string member_id;
  bool skip_assignment = false;
  std::vector<listed> members;
};

struct sync_input {
  request_token token;
  std::string member_id;
  std::optional<std::string> instance_id;
  generation_id generation{};
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::map<std::string, bytes> assignments;
};

struct sync_result {
  broker_errc error{};
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  bytes assignment;
};

/// What to send to whom: the one of the two that `to` asked for. (A variant makes g++ 12 warn of what is
/// not.)
struct group_answer {
  group_answer(const request_token& whom, join_result result) : to(whom), joined(std::move(result)) {}
  group_answer(const request_token& whom, sync_result result) : to(whom), synced(std::move(result)) {}

  request_token to;
  join_result joined;
  sync_result synced;
};

struct committed_offset {
  std::int64_t offset = -1;
  leader_epoch epoch = no_leader_epoch;
  std::string metadata;
  instant committed{};
  std::optional<instant> expires{};  ///< old clients may say how long it is to be kept
};

/// One consumer group under the classic protocol, as a state machine: calls tell what members ask and what
/// time it is, answers pile up in `answers` in the order they are to be sent.
///
///     empty -> preparing_rebalance -> completing_rebalance -> stable -> preparing_rebalance ...
///              (all join again)       (leader assigns)
class group {
 public:
  enum class state : std::uint8_t { empty, preparing_rebalance, completing_rebalance, stable };

  group(std::string id, const group_limits& limits, random_source& random)
      : id_(std::move(id)), limits_(&limits), random_(&random) {}

  void join(const join_input& input, instant now);
  void sync(const sync_input& input, instant now);
  broker_errc heartbeat(const std::string& member, const std::optional<std::string>& instance,
                        generation_id generation, instant now);
  /// Takes out a member named by id, instance id or both.
  broker_errc leave(const std::string& member, const std::optional<std::string>& instance, instant now);
  /// Whether offsets may be committed by `member` now.
  broker_errc may_commit(const std::string& member, const std::optional<std::string>& instance,
                         generation_id generation, instant now);

  /// Another broker coordinates the group from now on: who waits for an answer must go there, and everybody
  /// has a whole session for it.
  void moved(instant now);

  /// Whether offsets may be committed by `member` in a transaction, of which old clients tell no member.
  broker_errc may_commit_in_transaction(const std::string& member, const std::optional<std::string>& instance,
                                        generation_id generation) const;

  void advance(instant now);
  std::optional<instant> next_deadline() const;

  /// Becomes a group of these members, all of which have what `protocol` and the assignments say.
  void restore(std::vector<group_member> members, generation_id generation, instant now);
  /// Has all members join again.
  void rebalance(instant now) { prepare_rebalance(now); }
  /// Whether a consumer among its members reads the topic.
  bool subscribes(const std::string& topic) const;
  /// For recovery: what a group was whose members are gone.
  void recover(generation_id generation, const std::string& protocol_type, instant now);
  /// Sends its members, which another protocol has taken over, to join there; only the offsets stay.
  void dissolve();

  const std::string& id() const noexcept { return id_; }
  state current() const noexcept { return state_; }
  generation_id generation() const noexcept { return generation_; }
  const std::string& protocol_type() const noexcept { return protocol_type_; }
  const std::string& protocol() const noexcept { return protocol_; }
  const std::string& leader() const noexcept { return leader_; }
  const std::map<std::string, group_member>& members() const noexcept { return members_; }
  /// Since when it has no members, if it had any.
  std::optional<instant> empty_since() const noexcept { return empty_since_; }

  std::vector<group_answer> answers;
  using offset_map = std::map<std::pair<std::string, partition_id>, committed_offset>;
  offset_map offsets;
  /// Committed in transactions that are open: they count when the transaction commits.
  std::map<producer_id, offset_map> pending_offsets;

 private:
  void fail_join(const request_token& token, broker_errc error, std::string member_id = {});
  void fail_sync(const request_token& token, broker_errc error);
  void first_join(const join_input& input, instant now);
  void rejoin(const join_input& input, group_member& known, instant now);
  void add_member(const join_input& input, std::string id, instant now);
  void replace_static(const join_input& input, std::string old_id, instant now);
  void update(group_member& who, const join_input& input);
  join_result current_generation(const group_member& who, bool with_members) const;
  broker_errc check(const std::string& member, const std::optional<std::string>& instance) const;
  bool shares_protocol(const std::vector<group_protocol>& offered) const;
  std::string choose_protocol() const;
  std::string new_member_id(const join_input& input);
  void touch(group_member& who, instant now) { who.session_end = now + who.session_timeout; }

  void prepare_rebalance(instant now);
  void try_complete_join(instant now);
  void join_expired(instant now);
  void complete_join(instant now);
  void sync_expired(instant now);
  void assign(const std::map<std::string, bytes>& assignments);
  void remove(const std::string& member, broker_errc why, instant now);
  std::chrono::milliseconds longest_rebalance() const;

  std::string id_;
  const group_limits* limits_;
  random_source* random_;
  state state_ = state::empty;
  std::optional<instant> empty_since_;
  generation_id generation_{0};
  std::string protocol_type_;
  std::string protocol_;
  std::string leader_;
  std::map<std::string, group_member> members_;
  std::map<std::string, std::string> static_members_;  ///< instance id -> member id
  std::map<std::string, instant> pending_;             ///< ids given out (KIP-394), until when they hold
  std::optional<instant> join_end_;
  std::optional<instant> sync_end_;
  // Waiting for the first members: how much longer that may be prolonged, and whether somebody came.
  bool gathering_ = false;
  bool somebody_came_ = false;
  std::chrono::microseconds may_prolong_{};
};

/// Kafka's name of a state, e.g. `PreparingRebalance`.
std::string_view to_string(group::state state) noexcept;

}  // namespace kwire::embedded
