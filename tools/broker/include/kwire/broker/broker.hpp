#pragma once

#include <kwire/broker/broker_log.hpp>
#include <kwire/broker/broker_options.hpp>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/bytes.hpp>
#include <memory>

namespace kwire {

/// A Kafka broker (or several, as a cluster) inside this process, listening on TCP, with everything in
/// memory (and, if it is to outlive the process, in a directory). It serves the APIs of producing, consuming,
/// classic groups and topics in all versions, for tests and experiments:
///
///     kwire::broker broker{kwire::broker_options{}.topic("orders", 3)};
///     run_my_service(broker.bootstrap_servers());
///     CHECK(broker.log("orders", 0).size() == 3);
///
/// Runs one thread of its own. All members may be called from any thread at any time.
class [[gnu::visibility("default")]] broker {
 public:
  /// Starts listening. Throws `std::invalid_argument` for options that cannot be, `std::system_error` when
  /// the address cannot be listened on, `std::runtime_error` when the data directory cannot be used.
  explicit broker(const broker_options& options = broker_options{});
  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;
  /// Stops.
  ~broker();

  /// `host:port` of every broker, separated by commas, for a client's `bootstrap.servers`. The same after a
  /// restart.
  std::string bootstrap_servers() const;
  /// Throws `std::out_of_range` when there is no such broker; they are numbered from 1 on.
  std::uint16_t port(std::int32_t id = 1) const;

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

  // Faults. Each strikes the next `count` requests of its API that are not struck by an earlier one.

  /// Answers `error` instead of doing what is asked.
  void fail(api key, broker_errc error, std::size_t count = 1);
  /// Does what is asked and holds the answer back; the connection's later requests wait as well.
  void delay(api key, std::chrono::milliseconds pause, std::size_t count = 1);
  enum class moment : std::uint8_t {
    before_append,  ///< nothing is done
    after_append,   ///< everything is done, only the answer is lost
  };
  /// Hangs up instead of answering.
  void drop_connection(api key, moment when, std::size_t count = 1);
  /// Answers with a frame of the correlation id and `content` (the response header's tags, if the version
  /// has them, and the body) instead of doing what is asked.
  void respond_raw(api key, bytes content, std::size_t count = 1);
  /// Neither does nor answers; the connection stays open and silent.
  void never_answer(api key, std::size_t count = 1);
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
