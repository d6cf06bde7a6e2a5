#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "consumer_app.hpp"
#include "core/broker_core.hpp"
#include "faults.hpp"
#include "host.hpp"
#include "judge.hpp"
#include "mutants.hpp"
#include "network.hpp"
#include "options.hpp"
#include "peers/troupe.hpp"
#include "producer_app.hpp"
#include "tamper.hpp"

namespace kwire::sim {

/// What one run came to.
struct outcome_of_run {
  std::optional<violation> broken;
  std::uint64_t hash = 0;
  micros lasted = 0;
  std::uint64_t steps = 0;
  std::uint64_t frames = 0;
  std::size_t records = 0;
  std::size_t persisted = 0, not_persisted = 0, possibly = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t most_opens = 0, most_requests = 0;  ///< of one client in one second
  micros recovery = 0;  ///< from the healing until everything was produced and read
};

/// Clients, brokers and the network between them, and everything that befalls them.
class world final : private network_ends {
 public:
  world(const scenario& plan, fault_plan faults, mutant wrong, bool printed);
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  outcome_of_run run();

 private:
  // network_ends
  void opened(host_id host, core::link_id link) override { machines_.at(host)->opened(link); }
  void refused(host_id host, core::link_id link) override { machines_.at(host)->refused(link); }
  void answer(host_id host, core::link_id link, bytes content) override {
    machines_.at(host)->answer(link, std::move(content));
  }
  void hung_up(host_id host, core::link_id link) override { machines_.at(host)->hung_up(link); }
  bool accepts(node_id node) override { return broker_.state().is_alive(node); }
  void connected(wire_id wire, host_id host, node_id node) override;
  void request(wire_id wire, host_id host, bytes content, bool orphan) override;
  void disconnected(wire_id wire) override;

  // the brokers
  embedded::instant broker_time() const;
  void serve(wire_id wire, const bytes& content);
  void broker_moved();
  void arm_brokers();
  void note_commit(host_id host, const bytes& content, bool orphan);
  void watch_offsets();
  void alter_answer(wire_id wire, bytes& content);
  embedded::topic& topic() { return *topic_; }

  // the clients
  host& make_host();
  void hire();
  void start_consumer(const std::string& instance = {});
  void start_reader();
  void come_back(host_id id, int tries);
  void mend_group();
  void watch_ends();
  void flap();

  // misfortunes
  void befall(const misfortune& what);
  void befall_network(const misfortune& what);
  void befall_cluster(const misfortune& what);
  void befall_requests(const misfortune& what);
  void later(micros lasts, std::function<void()> what);
  void pause_host(std::uint32_t who, micros lasts);
  void kill_consumer(std::uint32_t who);
  void lose_tails(node_id node);
  void restart(node_id node);
  void heal();

  // the course of a run
  bool run_until(micros until);
  /// What is still missing; empty when everything is produced, read and committed.
  std::string unsettled();
  /// Grows with everything that is acknowledged, read or committed.
  std::int64_t progress() const;
  void every_second();
  void finish();
  bool close_all();
  void check();
  std::map<std::int64_t, record_key> read_log(embedded::partition& from);

  const scenario plan_;
  const fault_plan faults_;
  const mutant wrong_;
  agenda clock_;
  trace log_;
  judge judge_;
  network net_;
  core::random_source random_;
  tamper tamper_;
  embedded::broker_core broker_;
  embedded::topic* topic_ = nullptr;
  std::chrono::microseconds jumped_{0};
  micros brokers_armed_ = -1;
  micros throttled_until_ = -1;
  bool healed_ = false;
  bool closing_ = false;

  host_id last_host_ = 0;
  std::map<host_id, endpoint*> machines_;  ///< hosts and peers
  std::map<host_id, std::unique_ptr<host>> hosts_;
  std::vector<std::unique_ptr<producer_app>> producers_;
  std::map<host_id, std::unique_ptr<consumer_app>> consumers_;
  std::set<host_id> leaving_;
  struct question {
    frame_head head;
    host_id host = 0;
  };
  std::map<std::pair<wire_id, std::int32_t>, question> asked_;
  std::map<wire_id, host_id> wires_;
  std::map<std::int32_t, std::int64_t> offsets_;
  std::map<std::int32_t, std::int64_t> ends_;  ///< of the logs
  consumer_app* reader_ = nullptr;             ///< without a group
  std::set<std::pair<std::int32_t, std::int64_t>> late_commits_;
  std::map<std::pair<host_id, api>, std::uint64_t> requests_;
  std::map<host_id, std::uint64_t> opens_before_;
  std::unique_ptr<troupe> troupe_;
  outcome_of_run result_;
};

}  // namespace kwire::sim
