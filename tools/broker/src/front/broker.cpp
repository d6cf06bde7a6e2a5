#include <charconv>
#include <kwire/broker/broker.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <map>
#include <random>
#include <stdexcept>
#include <system_error>

#include "front/broker_log.hpp"
#include "front/data_dir.hpp"
#include "front/tcp_front.hpp"

namespace kwire {
namespace {

using embedded::fault;

struct address {
  std::string host;
  std::uint16_t port = 0;
};

address parse(const std::string& text) {
  const auto colon = text.rfind(':');
  address parsed;
  if (colon == text.npos) throw std::invalid_argument{"broker: listen address needs host:port, not " + text};
  parsed.host = text.substr(0, colon);
  if (parsed.host.size() > 1 && parsed.host.front() == '[') parsed.host = parsed.host.substr(1, colon - 2);
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + colon + 1, end, parsed.port);
  if (error != std::errc{} || at != end) throw std::invalid_argument{"broker: no port in " + text};
  return parsed;
}

bool is_any(const std::string& host) { return host.empty() || host == "0.0.0.0" || host == "::"; }

std::uint64_t random_seed() {
  std::random_device source;
  return (std::uint64_t{source()} << 32) | source();
}

embedded::core_options core_options_of(const broker_options& options) {
  embedded::core_options made;
  made.nodes.clear();
  for (std::int32_t i = 0; i < options.brokers(); ++i) {
    auto& node = made.nodes.emplace_back();
    node.id = node_id{i + 1};
    const auto& racks = options.racks();
    if (!racks.empty()) node.rack = racks[static_cast<std::size_t>(i) % racks.size()];
  }
  made.replication_factor = options.replication_factor();
  made.auto_create = options.auto_create();
  made.default_partitions = options.default_partitions();
  made.retention_bytes = options.retention_bytes();
  made.max_message_bytes = options.max_message_bytes();
  made.check_crc = options.check_crc();
  made.check_records = options.check_records();
  made.groups.initial_rebalance_delay = options.initial_rebalance_delay();
  made.groups.min_session_timeout = options.min_session_timeout();
  made.seed = options.seed() ? *options.seed() : random_seed();
  return made;
}

const broker_options& sound(const broker_options& options) {
  constexpr std::int32_t most = 1000;
  if (options.brokers() < 1 || options.brokers() > most) {
    throw std::invalid_argument{"broker: between 1 and 1000 brokers"};
  }
  if (options.replication_factor() < 1) throw std::invalid_argument{"broker: a partition needs a replica"};
  return options;
}

}  // namespace

struct broker::impl {
  explicit impl(const broker_options& options)
      : core(core_options_of(sound(options))),
        listens(parse(options.listen())),
        front(core, guard, options.on_client()) {
    if (listens.port + options.brokers() - 1 > UINT16_MAX)
      throw std::invalid_argument{"broker: no port left"};
    if (!options.data_dir().empty()) keep(options);
    for (const auto& [key, version] : options.caps()) core.cap_version(key, version);
    for (const auto& spec : options.topics()) {
      if (kept && core.state().find(spec.name) != nullptr) continue;  // from an earlier life
      create(spec.name, spec.partitions, spec.configs);
    }
    advertised = options.advertised();
    if (advertised.empty()) advertised = is_any(listens.host) ? "127.0.0.1" : listens.host;
  }

  template <class F>
  static auto or_system_error(F&& what) {
    try {
      return what();
    } catch (const boost::system::system_error& error) {
      throw std::system_error{error.code(), "broker: " + std::string{error.what()}};
    }
  }

  void start() {
    const auto host = listens.host.empty() ? "0.0.0.0" : listens.host;
    auto port = listens.port;
    for (const auto& known : core.state().nodes()) {
      auto& node = *core.state().node(known.id);
      if (ports.contains(node.id)) port = ports.at(node.id);  // a restart
      if (node.alive) ports[node.id] = or_system_error([&] { return front.listen(node.id, host, port); });
      node.host = advertised;
      node.port = ports[node.id];
      if (listens.port != 0) ++port;
    }
    front.start();
    running = true;
  }

  /// What is in the directory comes back, and what happens from now on goes there.
  void keep(const broker_options& options) {
    kept = std::make_unique<embedded::data_dir>(options.data_dir());
    embedded::recovery from{core};
    const auto next = kept->recover(
        from, front.now(), options.on_notice() ? options.on_notice() : [](const std::string&) {});
    embedded::journal_file::options how;
    how.directory = kept->path();
    how.first_number = next;
    how.sync = options.fsync();
    how.on_progress = [this] { front.progress(); };
    journal = std::make_unique<embedded::journal_file>(std::move(how));
    core.record_to(*journal);
    from.finish(front.now());
    front.keep_in(journal.get());
    front.on_failure([tell = options.on_failure()](const std::string& why) {
      if (tell) tell(why);
    });
  }

  node_id checked(std::int32_t id) const {
    if (core.state().node(node_id{id}) == nullptr) {
      throw std::out_of_range{"broker: no broker " + std::to_string(id)};
    }
    return node_id{id};
  }

  void create(const std::string& name, std::int32_t partitions,
              const std::vector<std::pair<std::string, std::string>>& configs) {
    if (!embedded::is_valid_topic_name(name)) throw std::invalid_argument{"broker: topic name " + name};
    if (core.state().find(name) != nullptr) throw std::invalid_argument{"broker: topic exists: " + name};
    if (partitions <= 0) throw std::invalid_argument{"broker: a topic needs a partition: " + name};
    auto config = core.default_config();
    for (const auto& [key, value] : configs) {
      if (!config.set(key, value)) throw std::invalid_argument{"broker: topic setting " + key + "=" + value};
    }
    core.create_topic(name, partitions, std::move(config));
  }

  void strike(api key, fault what) {
    const std::lock_guard lock{guard};
    core.faults().add(key, std::move(what));
  }

  std::mutex guard;
  embedded::broker_core core;
  address listens;
  std::string advertised;
  std::map<node_id, std::uint16_t> ports;
  std::unique_ptr<embedded::data_dir> kept;
  embedded::tcp_front front;
  std::unique_ptr<embedded::journal_file> journal;  ///< writes what it has before the front goes
  std::mutex life;                                  ///< of start and stop
  bool running = false;
};

broker::broker(const broker_options& options) : impl_(std::make_unique<impl>(options)) { start(); }

broker::~broker() { stop(); }

void broker::start() {
  const std::lock_guard lock{impl_->life};
  if (!impl_->running) impl_->start();
}

void broker::stop() {
  const std::lock_guard lock{impl_->life};
  if (!impl_->running) return;
  impl_->front.stop();
  impl_->running = false;
  const std::lock_guard state{impl_->guard};
  for (const auto& node : impl_->core.state().nodes()) impl_->core.fetch_sessions(node.id).clear();
  if (!impl_->journal) return;
  impl_->journal->submit(impl_->core);
  impl_->journal->flush();
}

void broker::stop_broker(std::int32_t id, bool crash) {
  const std::lock_guard lock{impl_->life};
  const auto node = impl_->checked(id);
  if (impl_->running) impl_->front.close(node);
  {
    const std::lock_guard state{impl_->guard};
    impl_->core.stop_node(node, !crash, impl_->front.now());
  }
  if (impl_->running) impl_->front.poke();
}

void broker::start_broker(std::int32_t id) {
  const std::lock_guard lock{impl_->life};
  const auto node = impl_->checked(id);
  {
    const std::lock_guard state{impl_->guard};
    impl_->core.start_node(node, impl_->front.now());
  }
  if (!impl_->running) return;
  impl_->or_system_error([&] {
    impl_->front.open(node);
    return 0;
  });
  impl_->front.poke();
}

void broker::move_leader(const std::string& topic, std::int32_t partition, std::int32_t to) {
  {
    const std::lock_guard lock{impl_->guard};
    const auto node = impl_->checked(to);
    if (!impl_->core.move_leader(topic, partition_id{partition}, node, impl_->front.now())) {
      throw std::invalid_argument{"broker: " + std::to_string(to) + " cannot lead partition " +
                                  std::to_string(partition) + " of topic " + topic};
    }
  }
  impl_->front.poke();
}

std::int32_t broker::leader(const std::string& topic, std::int32_t partition) const {
  const std::lock_guard lock{impl_->guard};
  auto* known = impl_->core.state().find(topic);
  const auto* where = known == nullptr ? nullptr : known->find(partition_id{partition});
  if (where == nullptr) {
    throw std::out_of_range{"broker: no partition " + std::to_string(partition) + " of topic " + topic};
  }
  return raw(where->leader);
}

std::string broker::bootstrap_servers() const {
  const std::lock_guard lock{impl_->life};
  std::string all;
  for (const auto& [node, port] : impl_->ports) {
    if (!all.empty()) all += ',';
    all += impl_->advertised + ":" + std::to_string(port);
  }
  return all;
}

std::uint16_t broker::port(std::int32_t id) const {
  const std::lock_guard lock{impl_->life};
  return impl_->ports.at(impl_->checked(id));
}

void broker::create_topic(const std::string& name, std::int32_t partitions,
                          const std::vector<std::pair<std::string, std::string>>& configs) {
  const std::lock_guard lock{impl_->guard};
  impl_->create(name, partitions, configs);
  if (!impl_->journal) return;
  impl_->journal->submit(impl_->core);
  impl_->journal->flush();
}

broker_log broker::log(const std::string& topic, std::int32_t partition) const {
  const std::lock_guard lock{impl_->guard};
  auto* known = impl_->core.state().find(topic);
  const auto* where = known == nullptr ? nullptr : known->find(partition_id{partition});
  if (where == nullptr) {
    throw std::out_of_range{"broker: no partition " + std::to_string(partition) + " of topic " + topic};
  }
  auto held = std::make_shared<broker_log::content>();
  held->start = where->log.start_offset();
  held->end = where->log.end_offset();
  for (const auto& entry : where->log.entries()) {
    protocol::record_set set{entry.batch.content};
    if (const auto batch = set.begin(); batch == set.end() || batch->control()) continue;
    held->records += static_cast<std::size_t>(entry.count);
    ++held->batches;
    held->slices.push_back(entry.batch);
  }
  return broker_log{std::move(held)};
}

std::optional<std::int64_t> broker::committed(const std::string& group, const std::string& topic,
                                              std::int32_t partition) const {
  const std::lock_guard lock{impl_->guard};
  const auto* known = impl_->core.groups().find(group);
  if (known == nullptr) return std::nullopt;
  const auto found = known->offsets.find({topic, partition_id{partition}});
  if (found == known->offsets.end()) return std::nullopt;
  return found->second.offset;
}

std::size_t broker::connections() const { return impl_->front.connections(); }

void broker::fail(api key, broker_errc error, std::size_t count) {
  impl_->strike(key, {fault::kind::fail, count, error, {}, {}});
}
void broker::delay(api key, std::chrono::milliseconds pause, std::size_t count) {
  impl_->strike(key, {fault::kind::delay, count, {}, pause, {}});
}
void broker::drop_connection(api key, moment when, std::size_t count) {
  const auto kind = when == moment::before_append ? fault::kind::drop_before : fault::kind::drop_after;
  impl_->strike(key, {kind, count, {}, {}, {}});
}
void broker::respond_raw(api key, bytes content, std::size_t count) {
  impl_->strike(key, {fault::kind::answer, count, {}, {}, std::move(content)});
}
void broker::never_answer(api key, std::size_t count) {
  impl_->strike(key, {fault::kind::ignore, count, {}, {}, {}});
}
void broker::clear_faults() {
  const std::lock_guard lock{impl_->guard};
  impl_->core.faults().clear();
}
void broker::max_version(api key, std::int16_t version) {
  const std::lock_guard lock{impl_->guard};
  impl_->core.cap_version(key, version);
}
void broker::close_connections() { impl_->front.close_connections(); }

}  // namespace kwire
