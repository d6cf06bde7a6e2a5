#pragma once

#include <deque>
#include <functional>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/sync_group.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/consumer/consumer_context.hpp"
#include "core/consumer/group_bodies.hpp"

namespace kwire::core {

/// Membership in a group of the classic protocol: join, sync, heartbeat, leave, and the assignor when this
/// member leads.
///
/// The application carries out what the group decides: each change of the assignment is a notice, given to
/// it one at a time and answered with `rebalance_done`; the member joins only when nothing is outstanding, so
/// it never tells the group that partitions are free which the application still has.
class group_member {
 public:
  explicit group_member(consumer_context& context);

  /// Joins for these topics, or changes them; none leaves the group.
  void subscribe(std::vector<std::string> topics, time_point now);
  /// The last notice has been carried out; `owned` is what the application has now.
  void rebalance_done(std::vector<topic_partition> owned, time_point now);
  void polled(time_point now);
  /// `done` is called once: after the answer, or by the deadline.
  void leave(std::string reason, time_point deadline, std::function<void()> done, time_point now);

  commit_identity identity() const;
  /// Why commits make no sense at the moment, if they do not.
  std::optional<error> commit_obstacle() const;
  /// The coordinator has refused a commit of ours.
  void refused(broker_errc code, const commit_identity& who, time_point now);

  void metadata_changed(time_point now);
  void advance(time_point now);
  time_point next_deadline() const;
  /// Adds the topics whose metadata the member needs.
  void add_topics(std::set<std::string>& into) const;
  std::uint64_t rebalances() const noexcept { return rebalances_; }
  bool stable() const noexcept { return state_ == state::stable; }

 private:
  enum class state : std::uint8_t {
    idle,      ///< no subscription
    unjoined,  ///< will join as soon as it may
    joining,
    assigning,  ///< leads, and waits for metadata of the group's topics
    syncing,
    stable,
  };
  using step = rebalance_notice::step;

  bool in_group() const noexcept { return generation_ != no_generation; }
  bool is_static() const noexcept { return !context_->settings.group_instance_id.empty(); }

  // joining
  void join(time_point now);
  void on_joined(const response& answer, time_point now);
  void accept_join(protocol::join_group_response message, time_point now);
  void assign_when_known(time_point now);
  void sync(const group_assignment& assignment, time_point now);
  void on_synced(const response& answer, time_point now);
  void rejoin(time_point not_before);
  std::map<std::string, std::int32_t> partition_counts() const;

  // staying
  void heartbeat(time_point now);
  void on_heartbeat(const response& answer, const commit_identity& who, time_point now);
  void contact(time_point sent);
  void check_poll_interval(time_point now);

  // failures
  void on_refusal(broker_errc code, api where, time_point now);
  void halt(error why, time_point now);
  void lose(bool new_identity, time_point now);

  // notices
  void give(rebalance_notice notice);
  void apply(std::vector<topic_partition> assignment);
  void emit_next();

  event& tell(event_kind kind, severity level);
  request group_request(std::shared_ptr<request_body> body, time_point deadline) const;
  std::vector<topic_partition> unwanted() const;

  consumer_context* context_;
  assignor_list assignors_;
  bool cooperative_ = false;

  state state_ = state::idle;
  std::uint64_t attempt_ = 0;  // answers to earlier joins and syncs are stale
  bool dormant_ = false;       // waits for the next poll before it joins
  time_point not_before_{};
  backoff pause_;

  std::vector<std::string> topics_;
  std::vector<std::string> joined_topics_;  ///< of the last JoinGroup
  std::string member_id_;
  generation_id generation_ = no_generation;
  std::string reason_ = "the consumer subscribed";

  bool leader_ = false;
  std::shared_ptr<const assignor> chosen_;
  std::vector<group_subscription> members_;
  std::set<std::string> group_topics_;
  std::map<std::string, std::int32_t> assigned_counts_;
  std::uint64_t known_revision_ = 0;

  std::vector<topic_partition> owned_;     // what the application has
  std::vector<topic_partition> last_had_;  // for the sticky assignor's memory
  generation_id owned_generation_ = no_generation;
  std::deque<rebalance_notice> notices_;
  bool carrying_out_ = false;
  bool lost_ = false;          // what the application has is not ours: to be told when it can listen
  bool rejoin_after_ = false;  // partitions were given up: somebody waits for them

  time_point heartbeat_due_ = never;
  bool heartbeat_in_flight_ = false;
  time_point last_contact_{};
  time_point sync_asked_{};
  time_point last_peace_{};  ///< likewise, and no rebalance was under way
  std::uint64_t rebalances_ = 0;
};

}  // namespace kwire::core
