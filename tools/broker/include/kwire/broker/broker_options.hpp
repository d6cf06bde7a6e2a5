#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <kwire/protocol/api.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kwire {

/// What happens on a connection to an embedded broker, for logs.
struct broker_client_event {
  enum class kind : std::uint8_t {
    connected,
    identified,     ///< its first request has been read
    authenticated,  ///< by SASL; `principal` says as whom
    disconnected,
  };
  kind what{};
  std::string address;        ///< host:port of the client
  std::string client_id;      ///< empty until `identified`
  std::string software_name;  ///< of clients that tell (KIP-511), else empty
  std::string software_version;
  std::string
      principal;  ///< who it is: `User:name`, `User:` and a certificate's subject, or `User:ANONYMOUS`
};

/// How an embedded broker is to be. Setters can be chained; a `broker` copies what it needs.
class broker_options {
 public:
  struct topic_spec {
    std::string name;
    std::int32_t partitions;
    std::vector<std::pair<std::string, std::string>> configs;
  };

  broker_options() = default;

  /// A topic that exists from the beginning, with topic settings by Kafka's names (`retention.bytes`).
  broker_options& topic(std::string name, std::int32_t partitions = 1,
                        std::vector<std::pair<std::string, std::string>> configs = {}) {
    topics_.push_back({std::move(name), partitions, std::move(configs)});
    return *this;
  }
  /// `[protocol://]host:port` to listen on; port 0 takes a free one. The protocol is `plaintext` (the
  /// default), `ssl`, `sasl_plaintext` or `sasl_ssl`. Default `127.0.0.1:0`.
  broker_options& listen(std::string address) {
    listeners_.front() = std::move(address);
    return *this;
  }
  /// One more listener; clients are told the addresses of the one they use.
  broker_options& also_listen(std::string address) {
    listeners_.push_back(std::move(address));
    return *this;
  }
  /// A user whom listeners with SASL let in, by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. Others can be made
  /// for SCRAM by AlterUserScramCredentials.
  broker_options& user(std::string name, std::string password) {
    users_.insert_or_assign(std::move(name), std::move(password));
    return *this;
  }
  /// How long a SASL session lasts before the client has to authenticate again (KIP-368,
  /// `connections.max.reauth.ms`); default: for ever.
  broker_options& sasl_session(std::chrono::milliseconds d) {
    sasl_session_ = d;
    return *this;
  }
  /// Files in PEM with the certificate (and those it depends on) and the key of listeners with TLS; default:
  /// a certificate made for the purpose, for `localhost`, the addresses of loopback and the hosts listened on
  /// and advertised, whose authority `broker::tls_ca` gives.
  broker_options& tls(std::string certificate_file, std::string key_file) {
    tls_certificate_ = std::move(certificate_file);
    return set(tls_key_, std::move(key_file));
  }
  /// File in PEM: clients of TLS have to show a certificate that one of these has signed; its subject is
  /// their principal. Default: none is asked for.
  broker_options& tls_client_ca(std::string file) { return set(tls_client_ca_, std::move(file)); }
  /// Whether clients need leave by rules (CreateAcls) for what they do; default: no. What no rule allows is
  /// forbidden then, but for super users like `User:admin`.
  broker_options& authorize(bool on) { return set(authorize_, on); }
  broker_options& super_user(std::string principal) {
    super_users_.push_back(std::move(principal));
    return *this;
  }
  /// Plays a release of Kafka from 0.10 on, like `2.8`: offers the APIs, versions and features that its
  /// brokers offer, of those that are served at all. Default: everything, old and new.
  broker_options& as(std::string release) { return set(as_, std::move(release)); }
  /// `host:port` at which the broker can be told by HTTP what to do; port 0 takes a free one. It asks nobody
  /// for a password. Default: none.
  broker_options& control(std::string address) { return set(control_, std::move(address)); }
  /// Size of the cluster: brokers 1 to `count`, each with a port of its own (from that of `listen` on, or
  /// free ones) but one thread and memory. Default 1. The racks are dealt out in turn; consumers that name
  /// theirs (`client.rack`) are sent to a replica in it. Default: none.
  broker_options& brokers(std::int32_t count, std::vector<std::string> racks = {}) {
    racks_ = std::move(racks);
    return set(brokers_, count);
  }
  /// Replicas of each partition, as far as there are brokers. Default 3.
  broker_options& replication_factor(std::int16_t count) { return set(replication_factor_, count); }
  /// Host that clients are told to connect to; default: the one listened on (127.0.0.1 for 0.0.0.0).
  broker_options& advertise(std::string host) { return set(advertised_, std::move(host)); }
  /// Whether asking for a topic creates it (default: yes), and with how many partitions (default 1).
  broker_options& auto_create(bool on) { return set(auto_create_, on); }
  broker_options& default_partitions(std::int32_t count) { return set(default_partitions_, count); }
  /// How long an empty group waits for more members (`group.initial.rebalance.delay.ms`); default 0.
  broker_options& initial_rebalance_delay(std::chrono::milliseconds d) { return set(rebalance_delay_, d); }
  /// Shortest session timeout that members may ask for; default 6 s as in Kafka.
  broker_options& min_session_timeout(std::chrono::milliseconds d) { return set(min_session_, d); }
  /// Octets that each partition keeps at most; default: no limit. Records go by whole batches.
  broker_options& retention_bytes(std::size_t limit) {
    retention_ = limit;
    return *this;
  }
  /// Largest record batch (`message.max.bytes`); default 1048588.
  broker_options& max_message_bytes(std::size_t limit) { return set(max_message_, limit); }
  /// Whether checksums of batches are compared (default: yes).
  broker_options& check_crc(bool on) { return set(check_crc_, on); }
  /// Whether every record of every batch is parsed before it is taken (default: no; for tests of producers).
  broker_options& check_records(bool on) { return set(check_records_, on); }
  /// Keeps no records: producers without transactions are answered as if, after a look at the batch's header,
  /// and offsets go on. For measuring producers; there is nothing to read. Default: no. Not with `data_dir`.
  broker_options& discard(bool on) { return set(discard_, on); }
  /// Serves no version of `key` above `version`; below zero, the API does not exist. Plays an older broker.
  broker_options& max_version(api key, std::int16_t version) {
    caps_.emplace_back(key, version);
    return *this;
  }
  /// Called on the broker's thread; must not call the broker. Default: nothing.
  broker_options& on_client(std::function<void(const broker_client_event&)> to) {
    return set(on_client_, std::move(to));
  }
  /// Source of all ids the broker gives out; default: a different one each time.
  broker_options& seed(std::uint64_t value) {
    seed_ = value;
    return *this;
  }

  /// Keeps everything in this directory, which is made if need be, and begins with what it holds: topics,
  /// records, states of producers, committed offsets, transactions, rules and settings. Members of groups
  /// have to join again. No answer goes out before what it tells is in the operating system's hands, so that
  /// nothing acknowledged is lost when the process dies. Default: everything is in memory only.
  broker_options& data_dir(std::string path) { return set(data_dir_, std::move(path)); }
  /// With `data_dir`: answers also wait for the disk, so that nothing acknowledged is lost when the machine
  /// dies. Requests that come together share the wait. Default: no, like Kafka's flush.messages.
  broker_options& fsync(bool on) { return set(fsync_, on); }
  /// With `data_dir`: hears, in a line, what was found there and could be mended. Called by the constructor.
  broker_options& on_notice(std::function<void(const std::string&)> to) {
    return set(on_notice_, std::move(to));
  }
  /// With `data_dir`: hears why nothing can be written any more (a full disk). Called once, on the broker's
  /// thread; all connections are closed then and nobody is served.
  broker_options& on_failure(std::function<void(const std::string&)> to) {
    return set(on_failure_, std::move(to));
  }

  const std::vector<topic_spec>& topics() const noexcept { return topics_; }
  const std::string& listen() const noexcept { return listeners_.front(); }
  const std::vector<std::string>& listeners() const noexcept { return listeners_; }
  const std::map<std::string, std::string>& users() const noexcept { return users_; }
  std::optional<std::chrono::milliseconds> sasl_session() const noexcept { return sasl_session_; }
  const std::string& tls_certificate() const noexcept { return tls_certificate_; }
  const std::string& tls_key() const noexcept { return tls_key_; }
  const std::string& tls_client_ca() const noexcept { return tls_client_ca_; }
  bool authorize() const noexcept { return authorize_; }
  const std::vector<std::string>& super_users() const noexcept { return super_users_; }
  const std::string& as() const noexcept { return as_; }
  const std::string& control() const noexcept { return control_; }
  std::int32_t brokers() const noexcept { return brokers_; }
  const std::vector<std::string>& racks() const noexcept { return racks_; }
  std::int16_t replication_factor() const noexcept { return replication_factor_; }
  const std::string& advertised() const noexcept { return advertised_; }
  bool auto_create() const noexcept { return auto_create_; }
  std::int32_t default_partitions() const noexcept { return default_partitions_; }
  std::chrono::milliseconds initial_rebalance_delay() const noexcept { return rebalance_delay_; }
  std::chrono::milliseconds min_session_timeout() const noexcept { return min_session_; }
  std::optional<std::size_t> retention_bytes() const noexcept { return retention_; }
  std::size_t max_message_bytes() const noexcept { return max_message_; }
  bool check_crc() const noexcept { return check_crc_; }
  bool check_records() const noexcept { return check_records_; }
  bool discard() const noexcept { return discard_; }
  const std::vector<std::pair<api, std::int16_t>>& caps() const noexcept { return caps_; }
  const std::function<void(const broker_client_event&)>& on_client() const noexcept { return on_client_; }
  std::optional<std::uint64_t> seed() const noexcept { return seed_; }
  const std::string& data_dir() const noexcept { return data_dir_; }
  bool fsync() const noexcept { return fsync_; }
  const std::function<void(const std::string&)>& on_notice() const noexcept { return on_notice_; }
  const std::function<void(const std::string&)>& on_failure() const noexcept { return on_failure_; }

 private:
  template <class T>
  broker_options& set(T& member, T value) {
    member = std::move(value);
    return *this;
  }

  std::vector<topic_spec> topics_;
  std::vector<std::string> listeners_{"127.0.0.1:0"};
  std::map<std::string, std::string> users_;
  std::optional<std::chrono::milliseconds> sasl_session_;
  std::string tls_certificate_;
  std::string tls_key_;
  std::string tls_client_ca_;
  std::vector<std::string> super_users_;
  std::string as_;
  std::string control_;
  std::string advertised_;
  std::string data_dir_;
  std::function<void(const std::string&)> on_notice_;
  std::function<void(const std::string&)> on_failure_;
  std::vector<std::string> racks_;
  std::chrono::milliseconds rebalance_delay_{0};
  std::chrono::milliseconds min_session_{6'000};
  std::optional<std::size_t> retention_;
  std::optional<std::uint64_t> seed_;
  std::size_t max_message_ = 1'048'588;
  std::vector<std::pair<api, std::int16_t>> caps_;
  std::function<void(const broker_client_event&)> on_client_;
  std::int32_t default_partitions_ = 1;
  std::int32_t brokers_ = 1;
  std::int16_t replication_factor_ = 3;
  bool auto_create_ = true;
  bool authorize_ = false;
  bool check_crc_ = true;
  bool check_records_ = false;
  bool discard_ = false;
  bool fsync_ = false;
};

}  // namespace kwire
