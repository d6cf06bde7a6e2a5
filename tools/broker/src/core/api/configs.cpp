#include <algorithm>
#include <kwire/protocol/messages/describe_configs.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using asked_resource = protocol::describe_configs_request::resource;
using told_result = protocol::describe_configs_response::result;

constexpr std::int8_t topic_resource = 2;
constexpr std::int8_t broker_resource = 4;

constexpr std::int8_t client_metrics_resource = 16;
constexpr std::int8_t group_resource = 32;

constexpr std::int8_t source_topic = 1;
constexpr std::int8_t source_dynamic_broker = 2;
constexpr std::int8_t source_dynamic_default = 3;
constexpr std::int8_t source_static_broker = 4;
constexpr std::int8_t source_default = 5;
constexpr std::int8_t source_client_metrics = 7;
constexpr std::int8_t source_group = 8;

struct setting {
  config_info info;
  std::string value;
  std::int8_t source = source_default;
  bool read_only = false;
};

template <class Config>
std::vector<setting> settings_of(const Config& config, std::span<const config_info> infos,
                                 std::int8_t source) {
  std::vector<setting> all;
  const auto& values = config.values();
  for (const auto& info : infos) {
    const auto set = values.find(info.name);
    if (set == values.end()) {
      all.push_back({info, std::string{info.fallback}});
    } else {
      all.push_back({info, set->second, source});
    }
  }
  return all;
}

std::vector<setting> settings_of(const topic& known) {
  return settings_of(known.config, topic_configs(), source_topic);
}

void add(std::vector<setting>& to, const admin_state::settings& values, std::int8_t source) {
  for (const auto& [name, value] : values) {
    const auto known = std::ranges::find(to, name, [](const setting& one) { return one.info.name; });
    if (known != to.end() && known->source == source_dynamic_broker) continue;
    if (known != to.end()) to.erase(known);
    to.push_back({{name, "", config_type::string}, value, source});
  }
}

std::vector<setting> settings_of(const broker_core& core, const broker_node& self) {
  const auto& options = core.options();
  const auto fixed = [](std::string_view name, config_type type, std::string value) {
    return setting{{name, "", type}, std::move(value), source_static_broker, true};
  };
  const auto ms = [](std::chrono::milliseconds span) { return std::to_string(span.count()); };
  return {
      fixed("advertised.listeners", config_type::string,
            "PLAINTEXT://" + self.host + ":" + std::to_string(self.port)),
      fixed("auto.create.topics.enable", config_type::boolean, options.auto_create ? "true" : "false"),
      fixed("broker.id", config_type::integer, std::to_string(raw(self.id))),
      fixed("default.replication.factor", config_type::integer, std::to_string(options.replication_factor)),
      fixed("group.initial.rebalance.delay.ms", config_type::integer,
            ms(options.groups.initial_rebalance_delay)),
      fixed("group.max.session.timeout.ms", config_type::integer, ms(options.groups.max_session_timeout)),
      fixed("group.min.session.timeout.ms", config_type::integer, ms(options.groups.min_session_timeout)),
      fixed("message.max.bytes", config_type::integer, std::to_string(options.max_message_bytes)),
      fixed("num.partitions", config_type::integer, std::to_string(options.default_partitions)),
  };
}

void list(const std::vector<setting>& all, std::int16_t version, const asked_resource& asked,
          const protocol::describe_configs_request& request, told_result& told) {
  for (const auto& one : all) {
    const auto& keys = asked.configuration_keys;
    if (keys && !keys->empty() && std::ranges::find(*keys, one.info.name) == keys->end()) continue;
    auto& listed = told.configs.emplace_back();
    listed.name = one.info.name;
    listed.value = one.value;
    listed.read_only = one.read_only;
    if (version == 0) listed.is_default = one.source == source_default;
    listed.config_source = one.source;
    listed.config_type = static_cast<std::int8_t>(one.info.type);
    listed.documentation.reset();
    if (!request.include_synonyms || one.source == source_default) continue;
    auto& synonym = listed.synonyms.emplace_back();
    synonym.name = one.info.name;
    synonym.value = one.value;
    synonym.source = one.source;
  }
}

broker_errc describe(broker_core& core, const request& what, const asked_resource& asked,
                     const protocol::describe_configs_request& request, told_result& told) {
  const auto version = what.token.version;
  if (asked.resource_type == topic_resource) {
    if (!is_valid_topic_name(asked.resource_name)) return broker_errc::invalid_topic_exception;
    const auto* known = core.state().find(asked.resource_name);
    if (known == nullptr) return broker_errc::unknown_topic_or_partition;
    list(settings_of(*known), version, asked, request, told);
    return broker_errc::none;
  }
  if (asked.resource_type == group_resource) {
    if (asked.resource_name.empty()) return broker_errc::invalid_request;
    const auto& all = core.groups().configs();
    const auto known = all.find(asked.resource_name);
    const auto& config = known == all.end() ? group_config{} : known->second;
    list(settings_of(config, group_configs(), source_group), version, asked, request, told);
    return broker_errc::none;
  }
  const auto& admin = core.admin();
  std::vector<setting> dynamic;
  if (asked.resource_type == client_metrics_resource) {
    const auto known = admin.client_metrics.find(asked.resource_name);
    if (known != admin.client_metrics.end()) add(dynamic, known->second, source_client_metrics);
    list(dynamic, version, asked, request, told);
    return broker_errc::none;
  }
  const auto& self = *core.state().node(what.node);
  const bool ours = asked.resource_name.empty() || asked.resource_name == std::to_string(raw(self.id));
  if (asked.resource_type != broker_resource || !ours) return broker_errc::invalid_request;
  // An empty name asks for what is set for all brokers.
  if (!asked.resource_name.empty()) dynamic = settings_of(core, self);
  const auto own = admin.brokers.find(asked.resource_name);
  if (own != admin.brokers.end() && !asked.resource_name.empty())
    add(dynamic, own->second, source_dynamic_broker);
  const auto all = admin.brokers.find("");
  if (all != admin.brokers.end()) add(dynamic, all->second, source_dynamic_default);
  list(dynamic, version, asked, request, told);
  return broker_errc::none;
}

}  // namespace

void serve_describe_configs(broker_core& core, const request& what) {
  protocol::describe_configs_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_configs_response answer;
  for (const auto& resource : asked.resources) {
    auto& told = answer.results.emplace_back();
    told.resource_type = resource.resource_type;
    told.resource_name = resource.resource_name;
    told.error_message.reset();
    auto error = refused_settings(core, what, acl_operation::describe_configs, resource.resource_type,
                                  resource.resource_name);
    if (error == broker_errc::none) error = describe(core, what, resource, asked, told);
    told.error_code = code(error);
    if (error != broker_errc::none) told.error_message = std::string{meaning(error)};
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
