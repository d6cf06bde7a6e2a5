#include "front/broker_impl.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "core/release_line.hpp"
#include "front/cluster_view.hpp"
#include "front/test_certificate.hpp"

namespace kwire {
namespace {

using embedded::scram_hash;

constexpr std::int32_t scram_iterations = 4096;

bool is_any(const std::string& host) { return host.empty() || host == "0.0.0.0" || host == "::"; }

std::uint64_t random_seed() {
  std::random_device source;
  return (std::uint64_t{source()} << 32) | source();
}

void play(const std::string& name, embedded::core_options& into) {
  const auto line = parse_release(name);
  if (!line || *line < embedded::oldest_line || release{line->major, line->minor} > embedded::newest_line) {
    throw std::invalid_argument{"broker: \"" + name +
                                "\" is no release of Kafka from 0.10 to 4.4 (like 0.11, 1.1, 2.8, 3.9, 4.1)"};
  }
  into.line = *line;
  into.features = embedded::features_of(*line);
  into.transactions.bumps_epochs = into.features.transaction.level >= 2;
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
  made.discard = options.discard();
  made.check_records = options.check_records();
  made.groups.initial_rebalance_delay = options.initial_rebalance_delay();
  made.groups.min_session_timeout = options.min_session_timeout();
  made.authorize = options.authorize();
  made.super_users = options.super_users();
  made.passwords = options.users();
  made.sasl_session = options.sasl_session();
  if (!options.as().empty()) play(options.as(), made);
  made.seed = options.seed() ? *options.seed() : random_seed();
  return made;
}

const broker_options& sound(const broker_options& options) {
  constexpr std::int32_t most = 1000;
  if (options.brokers() < 1 || options.brokers() > most) {
    throw std::invalid_argument{"broker: between 1 and 1000 brokers"};
  }
  if (options.replication_factor() < 1) throw std::invalid_argument{"broker: a partition needs a replica"};
  if (options.discard() && !options.data_dir().empty()) {
    throw std::invalid_argument{"broker: records are discarded or kept in a data directory, not both"};
  }
  for (const auto& [name, password] : options.users()) {
    if (name.empty() || password.empty()) {
      throw std::invalid_argument{"broker: a user needs a name and a password"};
    }
  }
  for (const auto& principal : options.super_users()) {
    const auto colon = principal.find(':');
    if (colon == principal.npos || colon == 0 || colon + 1 == principal.size()) {
      throw std::invalid_argument{"broker: super user \"" + principal + "\" is no principal like User:admin"};
    }
  }
  return options;
}

std::string content_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || text.str().empty()) throw std::invalid_argument{"broker: cannot read " + file};
  return text.str();
}

/// A user of the options can use SCRAM as well, as if made by AlterUserScramCredentials.
void add_users(const broker_options& options, embedded::broker_core& core) {
  for (const auto& [name, password] : options.users()) {
    for (const auto hash : {scram_hash::sha256, scram_hash::sha512}) {
      const auto id = core.random().next_uuid();
      const auto* octets = reinterpret_cast<const std::byte*>(id.octets.data());
      core.admin().scram[name][static_cast<std::int8_t>(hash)] = embedded::make_scram_credential(
          hash, password, bytes{octets, octets + id.octets.size()}, scram_iterations);
    }
  }
}

}  // namespace

broker::impl::impl(const broker_options& options)
    : core(core_options_of(sound(options))), front(core, guard, options.on_client()) {
  for (const auto& text : options.listeners()) {
    auto& made = listeners.emplace_back();
    made.spec = embedded::parse_listener(text);
    if (made.spec.port + options.brokers() - 1 > UINT16_MAX)
      throw std::invalid_argument{"broker: no port left"};
    made.advertised = options.advertised();
    if (made.advertised.empty()) made.advertised = is_any(made.spec.host) ? "127.0.0.1" : made.spec.host;
  }
  check_security(options);
  if (!options.data_dir().empty()) keep(options);
  add_users(options, core);
  for (const auto& [key, version] : options.caps()) core.cap_version(key, version);
  for (const auto& spec : options.topics()) {
    if (kept && core.state().find(spec.name) != nullptr) continue;  // from an earlier life
    create(spec.name, spec.partitions, spec.configs);
  }
}

void broker::impl::keep(const broker_options& options) {
  kept = std::make_unique<embedded::data_dir>(options.data_dir());
  embedded::recovery from{core};
  const auto next =
      kept->recover(from, front.now(), options.on_notice() ? options.on_notice() : [](const std::string&) {});
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

void broker::impl::check_security(const broker_options& options) {
  bool wanted = false;
  const bool sasl = std::ranges::any_of(listeners, [](const listener& one) { return one.spec.sasl; });
  if (!options.users().empty() && !sasl) {
    throw std::invalid_argument{"broker: users are given, but no listener is sasl_plaintext or sasl_ssl"};
  }
  std::set<std::string> hosts{"localhost", "127.0.0.1", "::1"};
  for (const auto& one : listeners) {
    wanted = wanted || one.spec.tls;
    hosts.insert(one.advertised);
    if (!is_any(one.spec.host)) hosts.insert(one.spec.host);
  }
  if (options.tls_certificate().empty() != options.tls_key().empty()) {
    throw std::invalid_argument{"broker: TLS needs both files, certificate and key, or neither"};
  }
  if (!wanted) {
    if (!options.tls_certificate().empty() || !options.tls_client_ca().empty()) {
      throw std::invalid_argument{"broker: TLS files are given, but no listener is ssl or sasl_ssl"};
    }
    return;
  }
  embedded::tls_identity identity;
  if (options.tls_certificate().empty()) {
    hosts.erase("localhost");
    std::vector<std::string> named{"localhost"};  // the subject's name
    named.insert(named.end(), hosts.begin(), hosts.end());
    const auto made = embedded::make_test_certificate(named);
    tls_ca = made.ca;
    identity = {made.certificate, made.key};
  } else {
    identity = {content_of(options.tls_certificate()), content_of(options.tls_key())};
  }
  if (!options.tls_client_ca().empty()) identity.client_ca = content_of(options.tls_client_ca());
  tls = embedded::make_tls_context(identity);
}

void broker::impl::start() {
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    auto& at = listeners[i];
    const auto host = at.spec.host.empty() ? "0.0.0.0" : at.spec.host;
    auto port = at.spec.port;
    for (const auto& known : core.state().nodes()) {
      auto& node = *core.state().node(known.id);
      if (at.ports.contains(node.id)) port = at.ports.at(node.id);  // a restart
      if (node.alive) {
        at.ports[node.id] = or_system_error([&] {
          return front.listen({node.id, i}, host, port, at.spec.sasl, at.spec.tls ? &*tls : nullptr);
        });
      }
      const embedded::node_address where{at.advertised, at.ports[node.id]};
      if (i == 0) {
        node.host = where.host;
        node.port = where.port;
      } else {
        node.more.resize(listeners.size() - 1);
        node.more[i - 1] = where;
      }
      if (at.spec.port != 0) ++port;
    }
  }
  front.start();
  running = true;
}

node_id broker::impl::checked(std::int32_t id) const {
  if (core.state().node(node_id{id}) == nullptr) {
    throw std::out_of_range{"broker: no broker " + std::to_string(id)};
  }
  return node_id{id};
}

embedded::partition& broker::impl::checked(const std::string& topic, std::int32_t partition) {
  auto* known = core.state().find(topic);
  auto* where = known == nullptr ? nullptr : known->find(partition_id{partition});
  if (where == nullptr) {
    throw std::out_of_range{"broker: no partition " + std::to_string(partition) + " of topic " + topic};
  }
  return *where;
}

std::size_t broker::impl::checked_listener(std::size_t which) const {
  if (which >= listeners.size()) throw std::out_of_range{"broker: no listener " + std::to_string(which)};
  return which;
}

void broker::impl::create(const std::string& name, std::int32_t partitions,
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

boost::json::object broker::impl::view() {
  std::vector<std::string> protocols;
  for (const auto& one : listeners) protocols.push_back(one.spec.protocol());
  boost::json::object told;
  {
    const std::lock_guard lock{guard};
    core.faults().expire(front.now());
    told = embedded::view_cluster(core, protocols);
  }
  told["connections"] = front.connections();
  return told;
}

void broker::impl::strike(api key, embedded::fault what, const strikes& which) {
  what.count = which.count();
  what.scope.topic = which.topic();
  what.scope.client_id = which.client();
  const std::lock_guard lock{guard};
  if (which.of_broker()) what.scope.node = checked(*which.of_broker());
  if (which.span()) what.scope.until = front.now() + *which.span();
  core.faults().add(key, std::move(what));
}

}  // namespace kwire
