#pragma once

#include <kwire/broker/broker_log.hpp>
#include <kwire/broker/broker_options.hpp>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/bytes.hpp>
#include <memory>

namespace kwire {

/// Which requests of an API a fault of an embedded broker strikes: so many, as long as, and of whom it says.
class strikes {
 public:
  /// The next `count`.
  strikes(std::size_t count = 1) : count_(count) {}
  /// All of the next while.
  static strikes lasting(std::chrono::milliseconds span) {
    strikes made{SIZE_MAX};
    made.span_ = span;
    return made;
  }
  /// At most so long from now on.
  strikes& within(std::chrono::milliseconds span) {
    span_ = span;
    return *this;
  }
  /// Only what is about this topic, asks with this client id, asks this broker.
  strikes& topic(std::string name) {
    topic_ = std::move(name);
    return *this;
  }
  strikes& client(std::string id) {
    client_ = std::move(id);
    return *this;
  }
  strikes& of_broker(std::int32_t id) {
    broker_ = id;
    return *this;
  }

  std::size_t count() const noexcept { return count_; }
  std::optional<std::chrono::milliseconds> span() const noexcept { return span_; }
  const std::optional<std::string>& topic() const noexcept { return topic_; }
  const std::optional<std::string>& client() const noexcept { return client_; }
  std::optional<std::int32_t> of_broker() const noexcept { return broker_; }

 private:
  std::size_t count_;
  std::optional<std::chrono::milliseconds> span_;
  std::optional<std::string> topic_;
  std::optional<std::string> client_;
  std::optional<std::int32_t> broker_;
};

/// A Kafka broker (or several, as a cluster) inside this process, listening on TCP, with everything in
/// memory. It serves the APIs of producing, consuming, classic groups and topics in all versions, for tests
/// and experiments, with or without TLS and SASL:
///
///     kwire::broker broker{kwire::broker_options{}.topic("orders", 3)};
///     run_my_service(broker.bootstrap_servers());
///     CHECK(broker.log("orders", 0).size() == 3);
///
/// Runs one thread of its own. All members may be called from any thread at any time.
class [[gnu::visibility("default")]] broker {
 public:
  /// Starts listening. Throws `std::invalid_argument` for options that cannot be, `std::system_error` when
  /// the address cannot be listened on.
  explicit broker(const broker_options& options = broker_options{});
  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;
  /// Stops.
  ~broker();

  /// `host:port` of every broker, separated by commas, for a client's `bootstrap.servers`. The same after a
  /// restart. Of several listeners they are counted from 0 on; throws `std::out_of_range`.
  std::string bootstrap_servers(std::size_t listener = 0) const;
  /// Throws `std::out_of_range` when there is no such broker; they are numbered from 1 on.
  std::uint16_t port(std::int32_t id = 1, std::size_t listener = 0) const;
  /// The certificate, in PEM, by which clients know the one that the broker made for its listeners with TLS;
  /// empty when it made none. Another one each time.
  std::string tls_ca() const;
  /// Where the broker can be told what to do, as `host:port`; empty without `broker_options::control`.
  std::string control_address() const;

  /// Closes all connections and the port, and ends the thread; harmless when stopped. Topics, records,
  /// groups and committed offsets stay; fetch sessions go.
  void stop();
  /// Listens again on the same port: together with `stop`, a restart. Throws `std::system_error`.
  void start();

  // One broker of several (`broker_options::brokers`). All throw `std::out_of_range` when there is none of
  // that number.

  /// Closes its connections and its port; its partitions are led by other replicas in sync, or by none. In a
  /// `crash`, what followers do not have is lost. Harmless when it is stopped.
  void stop_broker(std::int32_t id, bool crash = false);
  /// Listens again on the same port. Throws `std::system_error`.
  void start_broker(std::int32_t id);
  /// Throws `std::invalid_argument` when `to` is not a running replica in sync.
  void move_leader(const std::string& topic, std::int32_t partition, std::int32_t to);
  /// The broker that leads the partition; -1 for none.
  std::int32_t leader(const std::string& topic, std::int32_t partition = 0) const;
  /// A frozen broker keeps its connections, leaders and groups, and accepts more of the former, but neither
  /// serves nor answers until it thaws. Without an id: all of them.
  void freeze(std::optional<std::int32_t> id = std::nullopt);
  void thaw(std::optional<std::int32_t> id = std::nullopt);
  /// Partitions that the broker leads answer producers `KAFKA_STORAGE_ERROR` while its disk is full.
  void fill_disk(std::int32_t id = 1, bool full = true);

  // What befalls leaders, coordinators and topics. All throw `std::out_of_range` when there is no such
  // partition, topic or broker.

  /// The same leader under a new epoch.
  void bump_leader_epoch(const std::string& topic, std::int32_t partition = 0);
  /// An unclean election: the records from `offset` on are lost.
  void lose_records(const std::string& topic, std::int32_t partition, std::int64_t offset);
  /// Followers stop fetching, so that acks=all waits and consumers see nothing new; or go on.
  void hold_replication(const std::string& topic, std::int32_t partition, bool held);
  enum class coordinated : std::uint8_t { group, transactional_id };
  void move_coordinator(coordinated what, const std::string& key, std::int32_t to);
  /// The broker that coordinates it; -1 for none.
  std::int32_t coordinator(coordinated what, const std::string& key) const;
  /// The topic is unknown to everybody until it is shown again with all it held, under the same id.
  void hide_topic(const std::string& name);
  void show_topic(const std::string& name);
  void delete_topic(const std::string& name);
  /// Deletes it and creates it anew: empty, under another id, with the same settings.
  void recreate_topic(const std::string& name);
  /// Partitions forget the producer as if it had been idle for too long; false when none knows it.
  bool expire_producer(std::int64_t id);

  /// Throws `std::invalid_argument` when the topic exists or name, count or a setting is not valid.
  void create_topic(const std::string& name, std::int32_t partitions = 1,
                    const std::vector<std::pair<std::string, std::string>>& configs = {});
  /// What the partition holds at this moment. Throws `std::out_of_range` when there is no such partition.
  broker_log log(const std::string& topic, std::int32_t partition = 0) const;
  /// The offset that a group has committed; nothing when it has not.
  std::optional<std::int64_t> committed(const std::string& group, const std::string& topic,
                                        std::int32_t partition = 0) const;
  /// Connections that are open.
  std::size_t connections() const;

  // Faults. Each strikes the requests of its API that `which` says and that are not struck by an earlier one.

  /// Answers `error` instead of doing what is asked.
  void fail(api key, broker_errc error, const strikes& which = {});
  /// Does what is asked and holds the answer back; the connection's later requests wait as well.
  void delay(api key, std::chrono::milliseconds pause, const strikes& which = {});
  /// Does what is asked, answers with `pause` as throttle time, and then serves nothing of the connection for
  /// so long (KIP-219); as a release before 2.0, holds the answer back instead.
  void throttle(api key, std::chrono::milliseconds pause, const strikes& which = {});
  enum class moment : std::uint8_t {
    before_append,  ///< nothing is done
    after_append,   ///< everything is done, only the answer is lost
  };
  /// Hangs up instead of answering.
  void drop_connection(api key, moment when, const strikes& which = {});
  /// Does what is asked, sends `octets` octets of the answer, of which the first four are its length, and
  /// hangs up.
  void cut_answer(api key, std::size_t octets, const strikes& which = {});
  /// Does what is asked and answers with all bits of octet number `octet` turned over; 0 to 3 are the length.
  void corrupt_answer(api key, std::size_t octet, const strikes& which = {});
  /// Answers with a frame of the correlation id and `content` (the response header's tags, if the version
  /// has them, and the body) instead of doing what is asked.
  void respond_raw(api key, bytes content, const strikes& which = {});
  /// Neither does nor answers; the connection stays open and silent.
  void never_answer(api key, const strikes& which = {});
  /// Takes back all faults that have not struck.
  void clear_faults();
  /// Serves no version of `key` above `version` from now on; below zero, the API does not exist.
  void max_version(api key, std::int16_t version);
  /// Hangs up on all clients.
  void close_connections();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace kwire
