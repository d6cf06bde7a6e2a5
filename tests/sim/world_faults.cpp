#include <array>
#include <utility>

#include "peers/transactional_peer.hpp"
#include "world.hpp"

// What befalls a world, and how it is put right.

namespace kwire::sim {
namespace {

using kind = misfortune::kind;

struct refusal {
  api where;
  broker_errc with;
};
/// What brokers answer in good faith when they are in trouble.
constexpr std::array refusals{
    refusal{api::produce, broker_errc::not_leader_or_follower},
    refusal{api::produce, broker_errc::not_enough_replicas},
    refusal{api::produce, broker_errc::not_enough_replicas_after_append},
    refusal{api::produce, broker_errc::request_timed_out},
    refusal{api::produce, broker_errc::unknown_topic_or_partition},
    refusal{api::produce, broker_errc::kafka_storage_error},
    refusal{api::produce, broker_errc::corrupt_message},
    refusal{api::fetch, broker_errc::not_leader_or_follower},
    refusal{api::fetch, broker_errc::fetch_session_id_not_found},
    refusal{api::fetch, broker_errc::invalid_fetch_session_epoch},
    refusal{api::fetch, broker_errc::kafka_storage_error},
    refusal{api::fetch, broker_errc::unknown_server_error},
    refusal{api::list_offsets, broker_errc::not_leader_or_follower},
    refusal{api::offset_fetch, broker_errc::coordinator_load_in_progress},
    refusal{api::offset_fetch, broker_errc::not_coordinator},
    refusal{api::offset_commit, broker_errc::coordinator_load_in_progress},
    refusal{api::offset_commit, broker_errc::not_coordinator},
    refusal{api::offset_commit, broker_errc::rebalance_in_progress},
    refusal{api::offset_commit, broker_errc::request_timed_out},
    refusal{api::join_group, broker_errc::coordinator_load_in_progress},
    refusal{api::join_group, broker_errc::not_coordinator},
    refusal{api::join_group, broker_errc::unknown_member_id},
    refusal{api::sync_group, broker_errc::rebalance_in_progress},
    refusal{api::sync_group, broker_errc::coordinator_not_available},
    refusal{api::sync_group, broker_errc::illegal_generation},
    refusal{api::heartbeat, broker_errc::not_coordinator},
    refusal{api::heartbeat, broker_errc::illegal_generation},
    refusal{api::heartbeat, broker_errc::unknown_member_id},
    refusal{api::heartbeat, broker_errc::rebalance_in_progress},
    refusal{api::find_coordinator, broker_errc::coordinator_not_available},
    refusal{api::init_producer_id, broker_errc::coordinator_load_in_progress},
    refusal{api::init_producer_id, broker_errc::concurrent_transactions},
};

constexpr std::array transaction_refusals{
    refusal{api::init_producer_id, broker_errc::coordinator_load_in_progress},
    refusal{api::init_producer_id, broker_errc::concurrent_transactions},
    refusal{api::add_partitions_to_txn, broker_errc::coordinator_not_available},
    refusal{api::add_partitions_to_txn, broker_errc::concurrent_transactions},
    refusal{api::add_offsets_to_txn, broker_errc::coordinator_load_in_progress},
    refusal{api::txn_offset_commit, broker_errc::coordinator_load_in_progress},
    refusal{api::txn_offset_commit, broker_errc::not_coordinator},
    refusal{api::end_txn, broker_errc::coordinator_load_in_progress},
    refusal{api::end_txn, broker_errc::not_coordinator},
    refusal{api::end_txn, broker_errc::concurrent_transactions},
    refusal{api::produce, broker_errc::not_enough_replicas_after_append},
    refusal{api::produce, broker_errc::not_leader_or_follower},
    refusal{api::fetch, broker_errc::not_leader_or_follower},
    refusal{api::offset_fetch, broker_errc::unstable_offset_commit},
    refusal{api::offset_fetch, broker_errc::not_coordinator},
    refusal{api::find_coordinator, broker_errc::coordinator_not_available},
};
constexpr std::array group_refusals{
    refusal{api::consumer_group_heartbeat, broker_errc::coordinator_load_in_progress},
    refusal{api::consumer_group_heartbeat, broker_errc::not_coordinator},
    refusal{api::consumer_group_heartbeat, broker_errc::unknown_member_id},
    refusal{api::consumer_group_heartbeat, broker_errc::fenced_member_epoch},
    refusal{api::offset_commit, broker_errc::stale_member_epoch},
    refusal{api::offset_commit, broker_errc::coordinator_load_in_progress},
    refusal{api::offset_fetch, broker_errc::stale_member_epoch},
    refusal{api::offset_fetch, broker_errc::not_coordinator},
    refusal{api::fetch, broker_errc::not_leader_or_follower},
    refusal{api::find_coordinator, broker_errc::coordinator_not_available},
};
constexpr std::array share_refusals{
    refusal{api::share_group_heartbeat, broker_errc::coordinator_load_in_progress},
    refusal{api::share_group_heartbeat, broker_errc::not_coordinator},
    refusal{api::share_group_heartbeat, broker_errc::fenced_member_epoch},
    refusal{api::share_fetch, broker_errc::share_session_not_found},
    refusal{api::share_fetch, broker_errc::invalid_share_session_epoch},
    refusal{api::share_acknowledge, broker_errc::share_session_not_found},
    refusal{api::find_coordinator, broker_errc::coordinator_not_available},
};

/// The API and the error of a seed's choice.
refusal choose_refusal(workload what, std::uint32_t how) {
  switch (what) {
    case workload::transactions: return transaction_refusals[how % transaction_refusals.size()];
    case workload::exactly_once:
      return how % 2 == 0 ? choose_refusal(workload::transactions, how / 2)
                          : choose_refusal(workload::plain, how / 2);
    case workload::consumer_group: return group_refusals[how % group_refusals.size()];
    case workload::share_group: return share_refusals[how % share_refusals.size()];
    default: return refusals[how % refusals.size()];
  }
}

constexpr std::array disturbed{api::produce,          api::fetch,         api::metadata,
                               api::list_offsets,     api::offset_commit, api::offset_fetch,
                               api::join_group,       api::sync_group,    api::heartbeat,
                               api::leave_group,      api::api_versions,  api::find_coordinator,
                               api::init_producer_id, api::produce,       api::fetch};

constexpr std::array disturbed_transactions{
    api::produce,           api::fetch,   api::init_producer_id, api::add_partitions_to_txn,
    api::end_txn,           api::end_txn, api::offset_fetch,     api::add_offsets_to_txn,
    api::txn_offset_commit, api::produce, api::end_txn,          api::find_coordinator};
constexpr std::array disturbed_groups{
    api::consumer_group_heartbeat, api::fetch,        api::offset_commit,
    api::consumer_group_heartbeat, api::offset_fetch, api::find_coordinator};
constexpr std::array disturbed_shares{api::share_group_heartbeat, api::share_fetch,
                                      api::share_fetch,           api::share_acknowledge,
                                      api::share_acknowledge,     api::find_coordinator};

api choose_disturbed(workload what, std::uint32_t how) {
  switch (what) {
    case workload::transactions: return disturbed_transactions[how % disturbed_transactions.size()];
    case workload::exactly_once:
      return how % 2 == 0 ? choose_disturbed(workload::transactions, how / 2)
                          : choose_disturbed(workload::plain, how / 2);
    case workload::consumer_group: return disturbed_groups[how % disturbed_groups.size()];
    case workload::share_group: return disturbed_shares[how % disturbed_shares.size()];
    default: return disturbed[how % disturbed.size()];
  }
}

}  // namespace

/// The first node keeps its address, or nobody who comes later would find the cluster.
void world::restart(node_id node) {
  if (broker_.state().is_alive(node)) return;
  if (plan_.brokers_move && raw(node) != 1) {
    net_.move(node);
    broker_.state().node(node)->port = net_.port_of(node);
    log_.line([&] {
      return "node " + std::to_string(raw(node)) + " moves to port " + std::to_string(net_.port_of(node));
    });
  }
  (void)broker_.start_node(node, broker_time());
}

/// Ends of misfortunes; after the healing there is nothing left to end.
void world::later(micros lasts, std::function<void()> what) {
  clock_.at(clock_.now() + lasts, [this, what = std::move(what)] {
    if (!healed_) what();
  });
}

void world::befall(const misfortune& what) {
  log_.note("fault", static_cast<std::int64_t>(what.what), what.who, what.where);
  log_.line([&] { return "FAULT " + what.describe(); });
  befall_network(what);
  befall_cluster(what);
  befall_requests(what);
  broker_moved();
}

void world::befall_network(const misfortune& what) {
  const auto who = what.how % 3 == 0 ? network::anybody : static_cast<host_id>(what.who);
  const node_id node{what.where};
  switch (what.what) {
    case kind::cut: return net_.cut(who, what.how % 2 == 0 ? no_node : node, 20 + what.how % 80);
    case kind::kill_links: return net_.kill(who, what.how % 2 == 0 ? no_node : node);
    case kind::silence:
      net_.silence(who, node, true);
      return later(what.lasts, [=, this] { net_.silence(who, node, false); });
    case kind::drip:
      net_.drip(who, node, true);
      return later(what.lasts, [=, this] { net_.drip(who, node, false); });
    case kind::refuse:
      net_.refuse(node, true);
      if (what.how % 2 == 0) net_.cut(network::anybody, node, 100);
      return later(what.lasts, [=, this] { net_.refuse(node, false); });
    case kind::pause_node:
      net_.pause_node(node, true);
      return later(what.lasts, [=, this] { net_.pause_node(node, false); });
    case kind::pause_host: return pause_host(what.who, what.lasts);
    case kind::kill_consumer: return kill_consumer(what.who);
    default: return;
  }
}

void world::befall_cluster(const misfortune& what) {
  const node_id node{what.where};
  const partition_id index{static_cast<std::int32_t>(what.who)};
  const auto now = broker_time();
  switch (what.what) {
    case kind::crash_node:
    case kind::stop_node:
      if (what.what == kind::stop_node && wrong_ == mutant::lose_tail_on_clean_stop) lose_tails(node);
      (void)broker_.stop_node(node, what.what == kind::stop_node, now);
      return later(what.lasts, [=, this] {
        restart(node);
        broker_moved();
      });
    case kind::move_leader: (void)broker_.move_leader(topic_name, index, node, now); return;
    case kind::bump_epoch: (void)broker_.bump_epoch(topic_name, index, now); return;
    case kind::move_coordinator:
      if (plan_.writes_transactions() && what.how % 3 != 0) {
        (void)broker_.move_coordinator(embedded::coordinator_kind::transaction,
                                       what.how % 2 == 0 ? "copier0" : "writer0", node, now);
        return;
      }
      if (plan_.writes_transactions()) {
        (void)broker_.move_coordinator(embedded::coordinator_kind::group, copiers_group, node, now);
        return;
      }
      (void)broker_.move_coordinator(embedded::coordinator_kind::group, plan_.consumer.group_id, node, now);
      return;
    case kind::hold_replication:
      (void)broker_.hold_replication(topic_name, index, true, now);
      return later(what.lasts, [=, this] {
        (void)broker_.hold_replication(topic_name, index, false, broker_time());
        broker_moved();
      });
    case kind::hide_topic:
      (void)broker_.hide_topic(topic_name, now);
      return later(what.lasts, [this] {
        (void)broker_.show_topic(topic_name, broker_time());
        broker_moved();
      });
    case kind::jump_clock:
      jumped_ += std::chrono::milliseconds{what.how % 3000};
      return broker_.advance(broker_time());
    default: return;
  }
}

void world::befall_requests(const misfortune& what) {
  embedded::fault one;
  one.count = 1 + what.how % 4;
  api where = choose_disturbed(plan_.what, what.how);
  switch (what.what) {
    case kind::refuse_requests:
      where = choose_refusal(plan_.what, what.how).where;
      one.what = embedded::fault::kind::fail;
      one.error = choose_refusal(plan_.what, what.how).with;
      break;
    case kind::delay_answers:
      // Who judges share groups goes by when records are given out, which such an answer does not tell.
      if (where == api::share_fetch) where = api::share_acknowledge;
      one.what = embedded::fault::kind::delay;
      one.pause = std::chrono::microseconds{what.lasts};
      break;
    case kind::drop_requests: one.what = embedded::fault::kind::drop_before; break;
    case kind::drop_answers: one.what = embedded::fault::kind::drop_after; break;
    case kind::throttle: throttled_until_ = clock_.now() + what.lasts; return;
    default: return;
  }
  broker_.faults().add(where, one);
}

void world::pause_host(std::uint32_t who, micros lasts) {
  const auto found = machines_.find(who);
  if (found == machines_.end() || found->second->paused() || found->second->dead()) return;
  if (who < producers_.size()) judge_.postpone(who, lasts + 100 * millisecond);
  found->second->pause(true);
  net_.pause_host(who, true);
  later(lasts, [this, who] {
    machines_.at(who)->pause(false);
    net_.pause_host(who, false);
  });
}

/// `who` counts hosts, producers first; those that live are chosen in turn.
void world::kill_consumer(std::uint32_t who) {
  if (troupe_) return troupe_->kill(who);
  std::vector<host_id> alive;
  for (const auto& [id, one] : consumers_) {
    if (!hosts_[id]->dead() && !leaving_.contains(id) && one.get() != reader_) alive.push_back(id);
  }
  if (alive.empty() || consumers_.size() > 8) return;
  const auto id = alive[who % alive.size()];
  log_.line([&] { return "consumer " + std::to_string(id) + " is killed"; });
  hosts_[id]->kill();
  judge_.gone(id);
  net_.drop_host(id);
  start_consumer(consumers_[id]->instance());
}

void world::lose_tails(node_id node) {
  for (std::int32_t i = 0; i < plan_.partitions; ++i) {
    auto& one = topic().partitions[static_cast<std::size_t>(i)];
    if (one.leader != node || one.log.end_offset() == 0) continue;
    (void)broker_.lose_tail(topic_name, partition_id{i}, one.log.end_offset() - 1, broker_time());
  }
}

void world::heal() {
  healed_ = true;
  log_.note("heal");
  log_.line([] { return "HEALED"; });
  broker_.faults().clear();
  const auto now = broker_time();
  for (std::int32_t i = 1; i <= plan_.nodes; ++i) restart(node_id{i});
  (void)broker_.show_topic(topic_name, now);
  for (std::int32_t i = 0; i < plan_.partitions; ++i) {
    (void)broker_.hold_replication(topic_name, partition_id{i}, false, now);
  }
  net_.heal();
  for (auto& [id, process] : machines_) process->pause(false);
  if (troupe_) troupe_->healed();
  throttled_until_ = -1;
  mend_group();
  broker_moved();
}

}  // namespace kwire::sim
