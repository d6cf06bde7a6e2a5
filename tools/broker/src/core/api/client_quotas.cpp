#include <algorithm>
#include <array>
#include <cmath>
#include <kwire/protocol/messages/alter_client_quotas.hpp>
#include <kwire/protocol/messages/describe_client_quotas.hpp>

#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

using asked_component = protocol::describe_client_quotas_request::component;

constexpr std::array types = {std::string_view{"client-id"}, std::string_view{"ip"},
                              std::string_view{"user"}};
constexpr std::array keys = {std::string_view{"connection_creation_rate"},
                             std::string_view{"consumer_byte_rate"},
                             std::string_view{"controller_mutation_rate"},
                             std::string_view{"producer_byte_rate"}, std::string_view{"request_percentage"}};

bool is_type(std::string_view type) { return std::ranges::find(types, type) != types.end(); }

/// A user, a client id or both; or an address.
template <class Parts>
bool read_entity(const Parts& parts, quota_entity& entity) {
  for (const auto& part : parts) {
    if (!is_type(part.entity_type) || (part.entity_name && part.entity_name->empty())) return false;
    if (!entity.emplace(part.entity_type, part.entity_name).second) return false;
  }
  return !entity.empty() && (entity.size() == 1 || !entity.contains("ip"));
}

enum match : std::int8_t { exact = 0, by_default = 1, any = 2 };

bool matches(const quota_entity& entity, const std::vector<asked_component>& wanted, bool strict) {
  if (strict && entity.size() != wanted.size()) return false;
  return std::ranges::all_of(wanted, [&](const asked_component& one) {
    const auto found = entity.find(one.entity_type);
    if (found == entity.end()) return false;
    if (one.match_type == exact) return found->second.has_value() && found->second == one.match;
    return one.match_type == any || !found->second;
  });
}

broker_errc check(const std::vector<asked_component>& wanted) {
  std::set<std::string> seen;
  for (const auto& one : wanted) {
    if (!is_type(one.entity_type) || !seen.insert(one.entity_type).second)
      return broker_errc::invalid_request;
    if (one.match_type < exact || one.match_type > any) return broker_errc::invalid_request;
    if (one.match_type == exact && !one.match) return broker_errc::invalid_request;
  }
  return broker_errc::none;
}

broker_errc alter(broker_core& core, const protocol::alter_client_quotas_request::entry& asked,
                  bool only_check) {
  quota_entity entity;
  if (!read_entity(asked.entity, entity)) return broker_errc::invalid_request;
  auto& quotas = core.admin().quotas;
  const auto known = quotas.find(entity);
  auto values = known == quotas.end() ? std::map<std::string, double>{} : known->second;
  for (const auto& one : asked.ops) {
    if (std::ranges::find(keys, one.key) == keys.end()) return broker_errc::invalid_request;
    if (one.remove) {
      values.erase(one.key);
      continue;
    }
    if (!std::isfinite(one.value) || one.value <= 0) return broker_errc::invalid_request;
    values[one.key] = one.value;
  }
  if (only_check) return broker_errc::none;
  if (values.empty()) {
    quotas.erase(entity);
  } else if (known == quotas.end() && quotas.size() >= admin_state::most) {
    return broker_errc::policy_violation;
  } else {
    quotas[entity] = std::move(values);
  }
  return broker_errc::none;
}

}  // namespace

void serve_describe_client_quotas(broker_core& core, const request& what) {
  protocol::describe_client_quotas_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_client_quotas_response answer;
  answer.error_message.reset();
  auto error = what.injected;
  if (error == broker_errc::none) error = check(asked.components);
  answer.error_code = code(error);
  if (error != broker_errc::none) {
    answer.error_message = std::string{meaning(error)};
    answer.entries.reset();
    return core.respond(what.token, answer);
  }
  for (const auto& [entity, values] : core.admin().quotas) {
    if (!matches(entity, asked.components, asked.strict)) continue;
    auto& told = answer.entries->emplace_back();
    for (const auto& [type, name] : entity) {
      auto& part = told.entity.emplace_back();
      part.entity_type = type;
      part.entity_name = name;
    }
    for (const auto& [key, value] : values) {
      auto& quota = told.values.emplace_back();
      quota.key = key;
      quota.value = value;
    }
  }
  core.respond(what.token, answer);
}

void serve_alter_client_quotas(broker_core& core, const request& what) {
  protocol::alter_client_quotas_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::alter_client_quotas_response answer;
  for (const auto& entry : asked.entries) {
    auto& told = answer.entries.emplace_back();
    told.error_message.reset();
    for (const auto& part : entry.entity) {
      auto& same = told.entity.emplace_back();
      same.entity_type = part.entity_type;
      same.entity_name = part.entity_name;
    }
    const auto error =
        what.injected != broker_errc::none ? what.injected : alter(core, entry, asked.validate_only);
    told.error_code = code(error);
    if (error != broker_errc::none) told.error_message = std::string{meaning(error)};
  }
  if (!asked.validate_only && what.injected == broker_errc::none) core.administered(admin_part::quotas);
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
