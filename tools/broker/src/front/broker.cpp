#include <charconv>
#include <kwire/broker/broker.hpp>
#include <random>
#include <stdexcept>
#include <system_error>

#include "front/broker_log.hpp"
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

}  // namespace

struct broker::impl {
  explicit impl(const broker_options& options)
      : core(core_options_of(options)),
        listens(parse(options.listen())),
        front(core, guard, options.on_client()) {
    for (const auto& [key, version] : options.caps()) core.cap_version(key, version);
    for (const auto& spec : options.topics()) create(spec.name, spec.partitions, spec.configs);
    advertised = options.advertised();
    if (advertised.empty()) advertised = is_any(listens.host) ? "127.0.0.1" : listens.host;
  }

  void start() {
    const auto host = listens.host.empty() ? "0.0.0.0" : listens.host;
    try {
      listens.port = front.listen(host, listens.port);
    } catch (const boost::system::system_error& error) {
      throw std::system_error{error.code(), "broker: " + std::string{error.what()}};
    }
    core.state().self().host = advertised;
    core.state().self().port = listens.port;
    front.start();
    running = true;
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
  embedded::tcp_front front;
  std::mutex life;  ///< of start and stop
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
  impl_->core.fetch_sessions().clear();
}

std::string broker::bootstrap_servers() const { return impl_->advertised + ":" + std::to_string(port()); }

std::uint16_t broker::port() const {
  const std::lock_guard lock{impl_->life};
  return impl_->listens.port;
}

void broker::create_topic(const std::string& name, std::int32_t partitions,
                          const std::vector<std::pair<std::string, std::string>>& configs) {
  const std::lock_guard lock{impl_->guard};
  impl_->create(name, partitions, configs);
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
