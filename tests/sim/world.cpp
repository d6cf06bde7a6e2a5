#include "world.hpp"

#include <algorithm>
#include <utility>

namespace kwire::sim {
namespace {

embedded::core_options broker_options(const scenario& plan) {
  embedded::core_options options;
  options.nodes.clear();
  for (std::int32_t i = 1; i <= plan.nodes; ++i) {
    options.nodes.push_back({node_id{i}, "node" + std::to_string(i), 9000 + i});
  }
  options.replication_lag = std::chrono::microseconds{plan.replication_lag};
  options.auto_create = false;
  options.groups.min_session_timeout = std::chrono::milliseconds{1000};
  options.check_records = true;
  if (plan.old_transactions) {
    options.features.transaction.level = 1;
    options.transactions.bumps_epochs = false;
  }
  options.seed = plan.seed;
  return options;
}

/// Mistakes of the driver are made by what it is told to do.
scenario adapt(scenario plan, mutant wrong) {
  if (wrong == mutant::spin_on_failure) {
    plan.client.reconnect_backoff = plan.client.reconnect_backoff_max = std::chrono::milliseconds{0};
  }
  return plan;
}

}  // namespace

world::world(const scenario& plan, fault_plan faults, mutant wrong, bool printed)
    : plan_(adapt(plan, wrong)),
      faults_(std::move(faults)),
      wrong_(wrong),
      log_(clock_, printed),
      judge_(clock_, log_),
      net_(clock_, log_, plan.seed ^ 0x6e6574, *this),
      random_(plan.seed ^ 0x776f726c64),
      tamper_(wrong, plan.seed ^ 0x77726f6e67),
      broker_(broker_options(plan)) {
  net_.latency(plan_.latency, plan_.spread);
  auto config = broker_.default_config();
  (void)config.set("min.insync.replicas", plan_.seed % 3 == 0 ? "2" : "1");
  topic_ = &broker_.create_topic(topic_name, plan_.partitions, std::move(config));
}

host& world::make_host() {
  const auto id = last_host_++;
  std::vector<core::bootstrap_address> seeds;
  for (std::int32_t i = 1; i <= plan_.nodes; ++i) {
    seeds.push_back({"node" + std::to_string(i), static_cast<std::uint16_t>(9000 + i)});
  }
  host::surroundings around{clock_, log_, net_,
                            [this](std::string what) { judge_.broken('Q', std::move(what)); }};
  auto made = std::make_unique<host>(id, plan_.client, seeds, random_.next(), std::move(around));
  made->forgetful = wrong_ == mutant::forget_timers;
  auto& kept = *made;
  machines_[id] = &kept;
  hosts_[id] = std::move(made);
  return kept;
}

/// Scripted peers, where the client has no part of its own.
void world::hire() {
  troupe::stage stage{clock_, log_, net_, judge_, broker_, plan_, wrong_, {}, {}, {}, {}};
  stage.next_id = [this] { return last_host_++; };
  stage.enroll = [this](host_id id, endpoint& made) { machines_[id] = &made; };
  stage.start_host = [this]() -> host& { return make_host(); };
  stage.time = [this] { return broker_time(); };
  troupe_ = make_troupe(std::move(stage));
  if (troupe_) troupe_->start();
}

/// Reads every partition, and is no member of any group.
void world::start_reader() {
  auto& process = make_host();
  auto made = std::make_unique<consumer_app>(process.id(), process, plan_, judge_, wrong_,
                                             consumer_app::role{{}, true, {}});
  reader_ = made.get();
  consumers_[process.id()] = std::move(made);
  process.at(0, [this] { reader_->start(); });
}

/// A static member that was away between giving something up and joining again comes back to the generation
/// in which nobody has it, and only the next rebalance mends that (see README).
void world::mend_group() {
  const bool cooperative =
      plan_.consumer.assignment_strategy == std::vector<std::string>{"cooperative-sticky"};
  if (plan_.static_members && cooperative && !closing_) start_consumer();
}

/// A static member that has gone comes back in another process, sometimes too late.
void world::come_back(host_id id, int tries) {
  if (closing_) return;
  if (consumers_[id]->closed() || hosts_[id]->dead()) {
    start_consumer(consumers_[id]->instance());
    if (healed_) mend_group();
    return;
  }
  if (tries > 0) clock_.at(clock_.now() + 100 * millisecond, [this, id, tries] { come_back(id, tries - 1); });
}

void world::start_consumer(const std::string& instance) {
  auto& process = make_host();
  // A JoinGroup of a former process may come late and take the place of this one, which has to end then;
  // whoever runs it starts another.
  std::function<void()> stopped;
  if (!instance.empty()) {
    stopped = [this, id = process.id()] {
      if (!leaving_.insert(id).second) return;
      hosts_[id]->at(clock_.now(), [&app = *consumers_[id]] { app.close(); });
      come_back(id, 200);
    };
  }
  auto made = std::make_unique<consumer_app>(process.id(), process, plan_, judge_, wrong_,
                                             consumer_app::role{instance, false, std::move(stopped)});
  auto& kept = *made;
  consumers_[process.id()] = std::move(made);
  process.at(clock_.now() + static_cast<micros>(random_.below(500 * millisecond)), [&kept] { kept.start(); });
}

/// Members leave in order and others join, while records flow.
void world::flap() {
  if (healed_) return;
  if (troupe_) {
    troupe_->flap();
    return later(second + static_cast<micros>(random_.below(4 * second)), [this] { flap(); });
  }
  for (auto& [id, one] : consumers_) {
    if (hosts_[id]->dead() || leaving_.contains(id) || one.get() == reader_) continue;
    if (random_.below(3) != 0) continue;
    log_.line([id = id] { return "consumer " + std::to_string(id) + " is to leave"; });
    leaving_.insert(id);
    hosts_[id]->at(clock_.now(), [&app = *one] { app.close(); });
    if (one->instance().empty()) start_consumer();
    if (!one->instance().empty()) come_back(id, 200);
    break;
  }
  if (consumers_.size() < 8 && random_.below(4) == 0) start_consumer();
  later(static_cast<micros>(random_.below(4 * second)), [this] { flap(); });
}

outcome_of_run world::run() {
  std::vector<std::pair<producer_app*, host*>> first;
  const bool own_producers = !plan_.writes_transactions();
  for (std::size_t i = 0; own_producers && i < plan_.producers; ++i) {
    auto& process = make_host();
    const bool idempotent = !plan_.mixed || i % 2 == 0;
    producers_.push_back(
        std::make_unique<producer_app>(process.id(), process, plan_, idempotent, judge_, wrong_));
    first.emplace_back(producers_.back().get(), &process);
  }
  if (wrong_ == mutant::order_by_address) std::ranges::sort(first);
  for (const auto& [app, process] : first) process->at(0, [app] { app->start(); });
  hire();
  for (std::size_t i = 0; !troupe_ && i < plan_.consumers; ++i) {
    start_consumer(plan_.static_members && i % 2 == 0 ? "instance" + std::to_string(i) : "");
  }
  if (plan_.reader_by_hand) start_reader();
  if (plan_.members_come_and_go) later(second, [this] { flap(); });
  for (const auto& one : faults_) {
    if (one.what == misfortune::kind::jump_clock) judge_.sessions_may_end_early();
    clock_.at(one.at, [this, &one] { befall(one); });
  }
  clock_.at(second, [this] { every_second(); });
  finish();
  result_.broken = judge_.verdict();
  result_.hash = log_.hash();
  result_.lasted = clock_.now();
  result_.steps = clock_.steps();
  result_.frames = net_.frames();
  result_.records = judge_.records();
  result_.persisted = judge_.told(outcome::persisted);
  result_.not_persisted = judge_.told(outcome::not_persisted);
  result_.possibly = judge_.told(outcome::possibly_persisted);
  result_.deliveries = judge_.deliveries();
  return result_;
}

/// False as soon as a promise is broken.
bool world::run_until(micros until) {
  while (!judge_.verdict() && clock_.step(until)) {
  }
  return !judge_.verdict();
}

void world::finish() {
  if (!run_until(plan_.chaos_ends)) return;
  heal();
  if (!run_until(plan_.produce_ends)) return;
  for (auto& one : producers_) one->finish();
  if (troupe_) troupe_->finish();
  // A backlog may take a while; standing still may not.
  auto limit = plan_.chaos_ends + 10 * second;
  auto missing = unsettled();
  for (auto before = progress(); !missing.empty() && clock_.now() < limit;) {
    if (progress() != before) limit = clock_.now() + 10 * second;
    before = progress();
    if (!run_until(clock_.now() + 20 * millisecond)) return;
    clock_.at(clock_.now() + 20 * millisecond, [] {});
    missing = unsettled();
  }
  result_.recovery = clock_.now() - plan_.chaos_ends;
  if (!missing.empty()) return judge_.broken('R', "for 10 s nothing has gone on, and " + missing);
  if (!close_all()) return;
  run_until(clock_.now() + second);
  if (!judge_.verdict()) check();
}

std::string world::unsettled() {
  for (const auto& one : producers_) {
    if (!one->done()) return "a producer has records without an outcome";
  }
  if (troupe_) return troupe_->unsettled();
  for (std::int32_t i = 0; i < plan_.partitions; ++i) {
    const auto end = topic().partitions[static_cast<std::size_t>(i)].log.end_offset();
    const auto of = [&](std::int64_t count) {
      return std::to_string(count) + " of " + std::to_string(end) + " records of partition " +
             std::to_string(i);
    };
    if (judge_.seen(i) < end) return of(judge_.seen(i)) + " are read";
    if (offsets_[i] < end) return of(offsets_[i]) + " are committed";
    if (reader_ != nullptr && judge_.read_by_hand(i) < end)
      return of(judge_.read_by_hand(i)) + " are read without a group";
  }
  for (const auto& [id, one] : consumers_) {
    if (!hosts_[id]->dead() && !one->idle()) return "consumer " + std::to_string(id) + " has records in hand";
  }
  return {};
}

std::int64_t world::progress() const {
  auto sum = static_cast<std::int64_t>(judge_.told(outcome::persisted));
  if (troupe_) return sum + troupe_->progress();
  for (const auto& [partition, offset] : offsets_) sum += offset + judge_.seen(partition);
  return sum;
}

bool world::close_all() {
  closing_ = true;
  for (auto& one : producers_) one->close();
  if (troupe_) troupe_->close();
  for (auto& [id, one] : consumers_) {
    if (!hosts_[id]->dead() && !leaving_.contains(id)) one->close();
  }
  const auto limit = clock_.now() + plan_.client.close_timeout.count() * millisecond + 3 * second;
  for (;;) {
    const bool all = std::ranges::all_of(
        consumers_, [&](const auto& entry) { return hosts_[entry.first]->dead() || entry.second->closed(); });
    if (all && (!troupe_ || troupe_->closed())) return true;
    if (clock_.now() >= limit) {
      judge_.broken('T', "a consumer has not closed in time");
      return false;
    }
    clock_.at(clock_.now() + 20 * millisecond, [] {});
    if (!run_until(clock_.now() + 20 * millisecond)) return false;
  }
}

/// Rates are bounded and nothing is overdue.
void world::every_second() {
  std::map<host_id, std::uint64_t> sums;
  for (const auto& [key, count] : requests_) {
    if (key.second != api::produce && key.second != api::fetch) sums[key.first] += count;
    result_.most_requests = std::max(result_.most_requests, count);
  }
  requests_.clear();
  for (const auto& [id, process] : hosts_) {
    const auto opens = net_.opens(id) - std::exchange(opens_before_[id], net_.opens(id));
    result_.most_opens = std::max(result_.most_opens, opens);
    if (opens > 120)
      judge_.broken('Q', "client " + std::to_string(id) + " opens " + std::to_string(opens) +
                             " connections in a second");
    if (sums[id] > 250)
      judge_.broken(
          'Q', "client " + std::to_string(id) + " asks " + std::to_string(sums[id]) + " times in a second");
  }
  judge_.check_overdue();
  clock_.at(clock_.now() + second, [this] { every_second(); });
}

void world::check() {
  if (troupe_) troupe_->check();
  if (plan_.writes_transactions()) return;
  for (std::int32_t i = 0; i < plan_.partitions; ++i) {
    judge_.check_log(i, read_log(topic().partitions[static_cast<std::size_t>(i)]));
  }
  judge_.check_end();
}

}  // namespace kwire::sim
