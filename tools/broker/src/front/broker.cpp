#include <kwire/broker/broker.hpp>
#include <kwire/protocol/records/batch_reader.hpp>
#include <stdexcept>
#include <system_error>

#include "front/broker_impl.hpp"
#include "front/broker_log.hpp"

// The life of a broker, and looking into it.

namespace kwire {

broker::broker(const broker_options& options) : impl_(std::make_unique<impl>(options)) {
  start();
  if (options.control().empty()) return;
  impl_->control = or_system_error([&] {
    return std::make_unique<embedded::control_server>(
        embedded::parse_listener(options.control()),
        embedded::control_api{*this, [inside = impl_.get()] { return inside->view(); }});
  });
}

broker::~broker() {
  impl_->control.reset();
  stop();
}

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
  or_system_error([&] {
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
  return raw(impl_->checked(topic, partition).leader);
}

std::string broker::bootstrap_servers(std::size_t listener) const {
  const std::lock_guard lock{impl_->life};
  const auto& at = impl_->listeners[impl_->checked_listener(listener)];
  std::string all;
  for (const auto& [node, port] : at.ports) {
    if (!all.empty()) all += ',';
    all += at.advertised + ":" + std::to_string(port);
  }
  return all;
}

std::uint16_t broker::port(std::int32_t id, std::size_t listener) const {
  const std::lock_guard lock{impl_->life};
  return impl_->listeners[impl_->checked_listener(listener)].ports.at(impl_->checked(id));
}

std::string broker::tls_ca() const { return impl_->tls_ca; }

std::string broker::control_address() const { return impl_->control ? impl_->control->address() : ""; }

void broker::create_topic(const std::string& name, std::int32_t partitions,
                          const std::vector<std::pair<std::string, std::string>>& configs) {
  const std::lock_guard lock{impl_->guard};
  impl_->create(name, partitions, configs);
}

broker_log broker::log(const std::string& topic, std::int32_t partition) const {
  const std::lock_guard lock{impl_->guard};
  const auto* where = &impl_->checked(topic, partition);
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

}  // namespace kwire
