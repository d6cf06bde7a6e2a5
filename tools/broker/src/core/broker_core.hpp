#pragma once

#include <deque>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "core/admin_state.hpp"
#include "core/cluster.hpp"
#include "core/coordinator_map.hpp"
#include "core/core_options.hpp"
#include "core/elections.hpp"
#include "core/faults.hpp"
#include "core/fetch_sessions.hpp"
#include "core/fetch_waits.hpp"
#include "core/group_coordinator.hpp"
#include "core/journal.hpp"
#include "core/node_conditions.hpp"
#include "core/release_line.hpp"
#include "core/sasl.hpp"
#include "core/served_request.hpp"
#include "core/share_sessions.hpp"
#include "core/timers.hpp"
#include "core/transaction_coordinator.hpp"

namespace kwire::embedded {

/// A cluster of Kafka brokers without sockets, clocks and threads: requests, time and connections go in,
/// replies come out. Not thread-safe. After each call, whoever drives it takes the replies and looks at the
/// deadline:
///
///     core.connected(id, host, node);           // a client has connected to one of the nodes
///     core.handle(id, frame, now);              // a request has come
///     for (auto& r : core.take_replies()) ...   // send it, or hang up (then the id is gone already)
///     core.next_deadline();                     // call advance(now) at this time
///     core.disconnected(id);                    // the client has hung up
class broker_core {
 public:
  explicit broker_core(core_options options);
  broker_core(const broker_core&) = delete;
  broker_core& operator=(const broker_core&) = delete;
  ~broker_core();

  /// Tells every change from now on to `to`, which lives longer than this; what there is already counts as
  /// told (see `image`).
  void record_to(journal& to);
  /// Tells `to` entries that make all there is; what is recorded goes on from there.
  void image(journal& to);

  /// Hangs up at once when the node is down.
  void connected(connection_id id, std::string client_host, node_id node, const entrance& by = {});
  /// With the first node.
  void connected(connection_id id, std::string client_host) {
    connected(id, std::move(client_host), cluster_.nodes().front().id);
  }
  void disconnected(connection_id id);
  /// Serves a request, or queues it while the connection still waits for the answer to an earlier one: like
  /// Kafka's, this broker works on one request of a connection at a time.
  void handle(connection_id id, frame content, instant now);
  /// Does what is due.
  void advance(instant now);
  std::optional<instant> next_deadline() const { return timers_.next_deadline(); }
  std::vector<reply> take_replies() { return std::exchange(replies_, {}); }
  /// Requests of the connection that wait for an earlier one.
  std::size_t queued(connection_id id) const;
  const client_info* client(connection_id id) const;
  /// Whether the connection has said who it is, or need not.
  bool has_authenticated(connection_id id) const;

  /// Serves no version of `key` above `version`; below zero, the API is not served at all.
  void cap_version(api key, std::int16_t version) { caps_[key] = version; }
  fault_table& faults() noexcept { return faults_; }
  /// Compacts the partition now, whatever the share of dirt; false when there is no such partition or its
  /// topic is not one to compact.
  bool compact(const std::string& topic, partition_id index, instant now);
  /// The range that ApiVersions tells; empty for an API that is not served.
  version_range versions(api key) const;

  // What befalls a cluster. Each wakes who waits for it; false when it cannot be (no such partition, no
  // living replica in sync).

  /// Ends the node: its connections are closed, its partitions get other leaders or none. When it crashes
  /// (not `clean`), records that followers do not have yet are lost.
  bool stop_node(node_id node, bool clean, instant now);
  bool start_node(node_id node, instant now);
  /// Another replica in sync leads, with what was replicated to it.
  bool move_leader(const std::string& topic, partition_id index, node_id to, instant now);
  /// The same leader under a new epoch.
  bool bump_epoch(const std::string& topic, partition_id index, instant now);
  /// An unclean election: everything from `offset` on is lost.
  bool lose_tail(const std::string& topic, partition_id index, std::int64_t offset, instant now);
  /// Followers stop fetching, or catch up and go on.
  bool hold_replication(const std::string& topic, partition_id index, bool held, instant now);
  /// From now on `to` coordinates the key, until that node is down.
  bool move_coordinator(coordinator_kind kind, const std::string& key, node_id to, instant now);
  /// A frozen node keeps its connections, its leaders and its groups, but neither serves nor answers.
  bool freeze_node(node_id node, bool frozen, instant now);
  /// Partitions that the node leads take no records while its disk is full.
  bool fill_disk(node_id node, bool full);
  /// Partitions forget the producer, as if it had been idle for too long; false when none knows it.
  bool expire_producer(producer_id id);
  /// The topic is unknown to everybody until it is shown again, with all it held.
  bool hide_topic(const std::string& name, instant now);
  bool show_topic(const std::string& name, instant now);
  bool delete_topic(const std::string& name, instant now);
  /// Deletes the topic and creates it anew: empty, under another id, with the same settings.
  bool recreate_topic(const std::string& name, instant now);

  // For the handlers of requests.
  const core_options& options() const noexcept { return options_; }
  cluster& state() noexcept { return cluster_; }
  const cluster& state() const noexcept { return cluster_; }
  group_coordinator& groups() noexcept { return groups_; }
  admin_state& admin() noexcept { return admin_; }
  const admin_state& admin() const noexcept { return admin_; }
  const transaction_coordinator& transactions() const noexcept { return transactions_; }
  const node_conditions& conditions() const noexcept { return conditions_; }
  transaction_coordinator& transactions() noexcept { return transactions_; }
  /// Writes the marker that ends a transaction into a partition that has a leader.
  broker_errc write_marker(topic& of, partition_id index, const producer_identity& producer, bool commit,
                           std::int32_t coordinator_epoch, instant now);
  fetch_session_cache& fetch_sessions(node_id node) noexcept { return fetch_sessions_.at(node); }
  share_session_cache& share_sessions(node_id node) noexcept { return share_sessions_.at(node); }
  fetch_waits& waiting_fetches() noexcept { return fetch_waits_; }
  timer_queue& timers() noexcept { return timers_; }
  random_source& random() noexcept { return random_; }
  std::int64_t next_producer_id();
  std::int64_t reserved_producer_ids() const noexcept { return reserved_producer_ids_; }
  void told_counters();
  void restore_producer_ids(std::int64_t first) noexcept {
    next_producer_id_ = reserved_producer_ids_ = first;
  }
  /// A topic that is being read back from the directory; its partitions follow.
  topic& restore_topic(const std::string& name, const uuid& id, topic_config config) {
    return cluster_.create(name, {}, id, std::move(config));
  }
  topic& create_topic(const std::string& name, std::int32_t partitions, topic_config config) {
    return create_topic(name, default_placement(partitions), std::move(config));
  }
  topic& create_topic(const std::string& name, const placement& where, topic_config config);
  void add_partitions(topic& to, const placement& where);
  placement default_placement(std::int32_t partitions) const;
  node_id coordinator_of(coordinator_kind kind, std::string_view key) const {
    return coordinators_.node_of(kind, key, cluster_);
  }
  /// What a node answers that is asked to coordinate `key`.
  broker_errc check_coordinator(const request& what, coordinator_kind kind, std::string_view key) const;
  /// To be called when the partition has got records: they are replicated (now or later), old ones are
  /// dropped, and who waits is woken.
  void grown(topic& of, partition_id index, instant now);
  topic_config default_config() const;
  /// To be called when settings have changed: those of a topic, or what `admin` keeps.
  void configured(topic& of, instant now);
  void administered(admin_part what);
  void set_software(connection_id id, std::string name, std::string version);
  /// Where the client of a connection finds a node: at the listener that it uses itself.
  node_address address(const broker_node& node, connection_id of) const;
  /// Null on listeners without SASL.
  sasl_state* sasl(connection_id id);
  /// The connection's exchange has come to a good end; false when it was somebody else before.
  bool authenticated(connection_id id, const std::string& user, instant now);

  template <class M>
  void respond(const request_token& to, const M& message) {
    respond(to, protocol::ref(message), {});
  }
  /// The contents of the records fields that have a value, in order, come as slices; the message's own views
  /// give their sizes only.
  void respond(const request_token& to, protocol::message_ref message,
               std::vector<std::vector<shared_slice>> records);
  /// Done without an answer (acks=0).
  void finish(const request_token& to);
  void close(connection_id id);

 private:
  struct connection {
    client_info client;
    node_id node{};
    std::deque<frame> queue;
    std::optional<sasl_state> sasl;
    bool busy = false;
    std::optional<fault> struck;  ///< fault of the request being served
  };

  void drain(instant now);
  void start(connection_id id, connection& from, frame content, instant now);
  static bool may_ask(const connection& from, api key, instant now);
  void take_raw_token(connection_id id, connection& from, bytes_view token, instant now);
  bool strike(const request_token& token, connection& from, request& what);
  void emit(connection_id id, encoded_frame content);
  void emit_struck(connection_id id, connection& from, encoded_frame content);
  void mute(connection_id id, std::chrono::microseconds pause);
  void push(node_id node, reply what);
  void unsupported_api_versions(const request_token& token);
  partition* find_partition(const std::string& name, partition_id index);
  void replicate(const uuid& topic, partition_id index, std::int64_t end, leader_epoch epoch, instant now);
  transaction_coordinator::marked mark(const transaction_coordinator::marking& what, instant now);
  void all_changed(instant now);
  void node_changed(node_id controller_before);
  void made_partitions(topic& of, std::size_t first);
  void wake_all(topic& of, instant now);
  void arm_upkeep(const topic& of, const partition& where, instant now);
  void drop_old(instant now);
  void clean(instant now);
  void compact(topic& of, partition_id index, instant now);

  core_options options_;
  cluster cluster_;
  random_source random_;
  timer_queue timers_;
  std::map<node_id, fetch_session_cache> fetch_sessions_;
  std::map<node_id, share_session_cache> share_sessions_;
  coordinator_map coordinators_;
  fetch_waits fetch_waits_;
  group_coordinator groups_;
  admin_state admin_;
  transaction_coordinator transactions_;
  fault_table faults_;
  node_conditions conditions_;
  std::map<api, std::int16_t> caps_;
  std::unordered_map<connection_id, connection> connections_;
  std::set<connection_id> ready_;  ///< connections that may go on with their queue
  std::vector<reply> replies_;
  bool draining_ = false;
  timer_queue::handle retention_timer_;
  timer_queue::handle cleaner_timer_;
  std::int64_t next_producer_id_ = 0;
  std::int64_t reserved_producer_ids_ = 0;  ///< those below may have been given out
  std::unique_ptr<recorder> recorder_;
  instant now_{};
};

}  // namespace kwire::embedded
