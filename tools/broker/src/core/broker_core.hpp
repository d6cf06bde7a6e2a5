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
#include "core/elections.hpp"
#include "core/faults.hpp"
#include "core/fetch_sessions.hpp"
#include "core/fetch_waits.hpp"
#include "core/group_coordinator.hpp"
#include "core/node_conditions.hpp"
#include "core/release_line.hpp"
#include "core/sasl.hpp"
#include "core/served_request.hpp"
#include "core/share_sessions.hpp"
#include "core/timers.hpp"
#include "core/transaction_coordinator.hpp"

namespace kwire::embedded {

struct core_options {
  std::string cluster_id = "kwire-embedded-broker";
  std::vector<broker_node> nodes{broker_node{}};  ///< with different ids; at least one
  std::int16_t replication_factor = 3;            ///< of new topics; at most the number of nodes
  /// How long followers take to have a batch (before that, acks=all waits and consumers do not see it).
  std::chrono::microseconds replication_lag{0};
  bool auto_create = true;
  std::int32_t default_partitions = 1;
  std::optional<std::size_t> retention_bytes;      ///< of a partition, unless the topic says otherwise
  std::size_t max_message_bytes = 1'048'588;       ///< Kafka's message.max.bytes
  std::size_t max_fetch_bytes = 55 * 1024 * 1024;  ///< Kafka's fetch.max.bytes of the broker
  std::size_t fetch_session_slots = 1000;
  std::size_t share_session_slots = 2000;
  bool authorize = false;                                   ///< ask the rules that CreateAcls makes
  std::vector<std::string> super_users;                     ///< who may do anything, like "User:admin"
  std::map<std::string, std::string> passwords;             ///< of PLAIN, by user
  std::optional<std::chrono::milliseconds> sasl_session{};  ///< Kafka's connections.max.reauth.ms
  bool check_crc = true;
  bool check_records = false;  ///< parse every record of every batch before taking it
  group_limits groups;
  transaction_limits transactions;
  std::optional<release> line;  ///< offer what brokers of this release offer; none: everything
  release_features features;    ///< as ApiVersions tells them
  std::chrono::milliseconds producer_id_expiration{86'400'000};  ///< Kafka's producer.id.expiration.ms
  std::uint64_t seed = 1;
};

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
  ~broker_core() = default;

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

  /// Serves no version of `key` above `version`; below zero, the API is not served at all.
  void cap_version(api key, std::int16_t version) { caps_[key] = version; }
  fault_table& faults() noexcept { return faults_; }
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
  std::int64_t next_producer_id() noexcept { return next_producer_id_++; }
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
  void wake_all(topic& of, instant now);

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
  std::int64_t next_producer_id_ = 0;
  instant now_{};
};

/// The error that a request is answered with before anything is looked at: injected, or of a node that does
/// not coordinate `key`.
inline broker_errc refused_by_coordinator(const broker_core& core, const request& what, coordinator_kind kind,
                                          std::string_view key) {
  if (what.injected != broker_errc::none) return what.injected;
  return core.check_coordinator(what, kind, key);
}

/// Reads the body of a request; one that does not parse costs the connection, as in Kafka.
template <class M>
bool read_body(broker_core& core, const request& what, M& into) {
  if (decode_body(what, protocol::ref(into))) return true;
  core.close(what.token.connection);
  return false;
}

constexpr std::int16_t code(broker_errc error) noexcept { return static_cast<std::int16_t>(error); }

}  // namespace kwire::embedded
