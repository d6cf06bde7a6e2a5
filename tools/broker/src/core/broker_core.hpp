#pragma once

#include <deque>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "core/cluster.hpp"
#include "core/faults.hpp"
#include "core/fetch_sessions.hpp"
#include "core/fetch_waits.hpp"
#include "core/group_coordinator.hpp"
#include "core/share_sessions.hpp"
#include "core/timers.hpp"

namespace kwire::embedded {

struct core_options {
  broker_identity self;
  bool auto_create = true;
  std::int32_t default_partitions = 1;
  std::optional<std::size_t> retention_bytes;      ///< of a partition, unless the topic says otherwise
  std::size_t max_message_bytes = 1'048'588;       ///< Kafka's message.max.bytes
  std::size_t max_fetch_bytes = 55 * 1024 * 1024;  ///< Kafka's fetch.max.bytes of the broker
  std::size_t fetch_session_slots = 1000;
  std::size_t share_session_slots = 2000;
  bool check_crc = true;
  bool check_records = false;  ///< parse every record of every batch before taking it
  group_limits groups;
  std::uint64_t seed = 1;
};

/// What a client has said of itself on a connection.
struct client_info {
  std::string host;
  std::string client_id;
  std::string software_name;
  std::string software_version;
};

/// A request that is being served.
struct request {
  request_token token;
  frame content;
  bytes_view body;  ///< behind the header
  instant now{};
  broker_errc injected{};  ///< answer this instead of doing it; none: do it
  const client_info* client = nullptr;
};

/// An API that the broker speaks.
struct api_entry {
  const protocol::message_info* info;
  version_range versions;
  void (*serve)(class broker_core& core, const request& what);
};

/// A Kafka broker without sockets, clocks and threads: requests, time and connections go in, replies come
/// out. Not thread-safe. After each call, whoever drives it takes the replies and looks at the deadline.
class broker_core {
 public:
  explicit broker_core(core_options options);
  broker_core(const broker_core&) = delete;
  broker_core& operator=(const broker_core&) = delete;
  ~broker_core() = default;

  void connected(connection_id id, std::string client_host);
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

  // For the handlers of requests.
  const core_options& options() const noexcept { return options_; }
  cluster& state() noexcept { return cluster_; }
  group_coordinator& groups() noexcept { return groups_; }
  fetch_session_cache& fetch_sessions() noexcept { return fetch_sessions_; }
  share_session_cache& share_sessions() noexcept { return share_sessions_; }
  fetch_waits& waiting_fetches() noexcept { return fetch_waits_; }
  timer_queue& timers() noexcept { return timers_; }
  random_source& random() noexcept { return random_; }
  std::int64_t next_producer_id() noexcept { return next_producer_id_++; }
  topic& create_topic(const std::string& name, std::int32_t partitions, topic_config config);
  topic_config default_config() const;
  void set_software(connection_id id, std::string name, std::string version);

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
    std::deque<frame> queue;
    bool busy = false;
    std::optional<fault> struck;  ///< fault of the request being served
  };

  void drain(instant now);
  void start(connection_id id, connection& from, frame content, instant now);
  bool strike(const request_token& token, connection& from, request& what);
  void emit(connection_id id, encoded_frame content);
  void unsupported_api_versions(const request_token& token);

  core_options options_;
  cluster cluster_;
  random_source random_;
  timer_queue timers_;
  fetch_session_cache fetch_sessions_;
  share_session_cache share_sessions_;
  fetch_waits fetch_waits_;
  group_coordinator groups_;
  fault_table faults_;
  std::map<api, std::int16_t> caps_;
  std::unordered_map<connection_id, connection> connections_;
  std::set<connection_id> ready_;  ///< connections that may go on with their queue
  std::vector<reply> replies_;
  std::int64_t next_producer_id_ = 0;
  instant now_{};
};

/// Reads the body of a request; a request that does not parse costs the connection, as in Kafka.
template <class M>
bool read_body(broker_core& core, const request& what, M& into) {
  if (protocol::decode(into, what.token.version, what.body)) return true;
  core.close(what.token.connection);
  return false;
}

constexpr std::int16_t code(broker_errc error) noexcept { return static_cast<std::int16_t>(error); }

}  // namespace kwire::embedded
