#include <algorithm>
#include <array>
#include <kwire/protocol/messages/alter_configs.hpp>
#include <kwire/protocol/messages/incremental_alter_configs.hpp>
#include <kwire/protocol/messages/list_config_resources.hpp>
#include <sstream>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

constexpr std::int8_t topic_resource = 2;
constexpr std::int8_t broker_resource = 4;
constexpr std::int8_t client_metrics_resource = 16;
constexpr std::int8_t group_resource = 32;

enum class operation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

struct change {
  std::string name;
  operation how = operation::set;
  std::optional<std::string> value;
};

/// What Kafka lets administrators set for brokers while they run and this broker keeps, without effect.
constexpr std::array dynamic_broker_settings = {
    std::string_view{"compression.type"},
    std::string_view{"follower.replication.throttled.rate"},
    std::string_view{"leader.replication.throttled.rate"},
    std::string_view{"log.cleaner.threads"},
    std::string_view{"log.retention.ms"},
    std::string_view{"max.connections"},
    std::string_view{"message.max.bytes"},
    std::string_view{"min.insync.replicas"},
    std::string_view{"num.io.threads"},
    std::string_view{"num.network.threads"},
    std::string_view{"num.replica.fetchers"},
    std::string_view{"unclean.leader.election.enable"},
};
constexpr std::array metrics_settings = {std::string_view{"interval.ms"}, std::string_view{"match"},
                                         std::string_view{"metrics"}};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in{list};
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

/// The list after adding to it or taking from it.
std::string combine(const std::string& before, const std::string& what, bool add) {
  auto parts = split(before);
  for (const auto& one : split(what)) {
    const bool there = std::ranges::find(parts, one) != parts.end();
    if (add && !there) parts.push_back(one);
    if (!add) std::erase(parts, one);
  }
  std::string joined;
  for (const auto& part : parts) joined += (joined.empty() ? "" : ",") + part;
  return joined;
}

/// Does the changes to settings of a class with `set` and `values`.
template <class Config>
broker_errc apply(Config& config, std::span<const config_info> known, const std::vector<change>& changes) {
  for (const auto& [name, how, value] : changes) {
    const auto info = std::ranges::find(known, name, &config_info::name);
    if (info == known.end()) return broker_errc::invalid_config;
    auto wanted = value;
    if (how == operation::append || how == operation::subtract) {
      if (info->type != config_type::list || !value) return broker_errc::invalid_config;
      const auto set = config.values().find(name);
      const auto before = set == config.values().end() ? std::string{info->fallback} : set->second;
      wanted = combine(before, *value, how == operation::append);
    } else if (how == operation::remove) {
      wanted.reset();
    } else if (how != operation::set || !value) {
      return broker_errc::invalid_request;
    }
    if (!config.set(name, wanted)) return broker_errc::invalid_config;
  }
  return broker_errc::none;
}

broker_errc apply(admin_state::settings& config, std::span<const std::string_view> known,
                  const std::vector<change>& changes) {
  for (const auto& [name, how, value] : changes) {
    if (std::ranges::find(known, name) == known.end()) return broker_errc::invalid_request;
    if (how == operation::remove || !value) {
      config.erase(name);
    } else {
      config[name] = how == operation::set ? *value : combine(config[name], *value, how == operation::append);
    }
  }
  return broker_errc::none;
}

/// All changes of a resource, or none; `anew` forgets what was set before.
broker_errc alter(broker_core& core, std::int8_t type, const std::string& name,
                  const std::vector<change>& changes, bool anew, bool only_check) {
  const auto keep = [&](auto& where, auto made, auto known) {
    const auto error = apply(made, known, changes);
    if (error == broker_errc::none && !only_check) where = std::move(made);
    return error;
  };
  if (type == topic_resource) {
    auto* of = core.state().find(name);
    if (of == nullptr) return broker_errc::unknown_topic_or_partition;
    return keep(of->config, anew ? core.default_config() : of->config, topic_configs());
  }
  if (type == group_resource) {
    if (name.empty()) return broker_errc::invalid_request;
    if (core.groups().configs().size() >= admin_state::most) return broker_errc::policy_violation;
    auto& config = core.groups().config(name);
    return keep(config, anew ? group_config{} : config, group_configs());
  }
  auto& admin = core.admin();
  if (type == broker_resource) {
    const auto& nodes = core.state().nodes();
    const auto same = [&](const auto& node) { return std::to_string(raw(node.id)) == name; };
    if (!name.empty() && std::ranges::none_of(nodes, same)) return broker_errc::invalid_request;
    auto& config = admin.brokers[name];
    return keep(config, anew ? admin_state::settings{} : config, std::span{dynamic_broker_settings});
  }
  if (type != client_metrics_resource || name.empty()) return broker_errc::invalid_request;
  if (admin.client_metrics.size() >= admin_state::most) return broker_errc::policy_violation;
  auto made =
      admin.client_metrics.contains(name) && !anew ? admin.client_metrics[name] : admin_state::settings{};
  const auto error = apply(made, std::span{metrics_settings}, changes);
  if (error != broker_errc::none || only_check) return error;
  admin.client_metrics[name] = made;
  if (made.empty()) admin.client_metrics.erase(name);
  return error;
}

template <class Request, class Read>
void serve(broker_core& core, const request& what, bool anew, Read&& read) {
  Request asked;
  if (!read_body(core, what, asked)) return;
  typename Request::response answer;
  std::set<std::pair<std::int8_t, std::string>> seen;
  for (const auto& resource : asked.resources) {
    auto& told = answer.responses.emplace_back();
    told.resource_type = resource.resource_type;
    told.resource_name = resource.resource_name;
    told.error_message.reset();
    std::vector<change> changes;
    for (const auto& config : resource.configs) changes.push_back(read(config));
    auto error = refused_settings(core, what, acl_operation::alter_configs, resource.resource_type,
                                  resource.resource_name);
    if (error == broker_errc::none && !seen.emplace(resource.resource_type, resource.resource_name).second) {
      error = broker_errc::invalid_request;
    }
    if (error == broker_errc::none) {
      error = alter(core, resource.resource_type, resource.resource_name, changes, anew, asked.validate_only);
    }
    told.error_code = code(error);
    if (error != broker_errc::none) told.error_message = std::string{meaning(error)};
  }
  core.respond(what.token, answer);
}

}  // namespace

void serve_incremental_alter_configs(broker_core& core, const request& what) {
  serve<protocol::incremental_alter_configs_request>(core, what, false, [](const auto& config) {
    return change{config.name, static_cast<operation>(config.config_operation), config.value};
  });
}

void serve_alter_configs(broker_core& core, const request& what) {
  serve<protocol::alter_configs_request>(
      core, what, true, [](const auto& config) { return change{config.name, operation::set, config.value}; });
}

void serve_list_config_resources(broker_core& core, const request& what) {
  protocol::list_config_resources_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::list_config_resources_response answer;
  answer.error_code = code(what.injected);
  const auto wants = [&](std::int8_t type) {
    if (what.token.version == 0) return type == client_metrics_resource;
    return asked.resource_types.empty() ||
           std::ranges::find(asked.resource_types, type) != asked.resource_types.end();
  };
  const auto add = [&](std::int8_t type, std::string name) {
    auto& told = answer.config_resources.emplace_back();
    told.resource_name = std::move(name);
    told.resource_type = type;
  };
  if (what.injected == broker_errc::none) {
    if (wants(topic_resource)) {
      for (const auto& [name, of] : core.state().topics()) add(topic_resource, name);
    }
    if (wants(broker_resource)) {
      for (const auto& node : core.state().nodes()) add(broker_resource, std::to_string(raw(node.id)));
    }
    if (wants(client_metrics_resource)) {
      for (const auto& [name, settings] : core.admin().client_metrics) add(client_metrics_resource, name);
    }
    if (wants(group_resource)) {
      for (const auto& [id, config] : core.groups().configs()) {
        if (!config.values().empty()) add(group_resource, id);
      }
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
