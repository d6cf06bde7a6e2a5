#include "core/admin/config_calls.hpp"

#include <charconv>
#include <kwire/protocol/messages/describe_configs.hpp>
#include <memory>
#include <utility>

namespace kwire::core {
namespace {

using protocol::describe_configs_request;
using protocol::describe_configs_response;

/// The broker that alone knows the settings of this resource.
std::optional<node_id> keeper_of(const config_resource& resource) {
  using kind = config_resource::kind;
  if (resource.type != kind::broker && resource.type != kind::broker_logger) return std::nullopt;
  std::int32_t number = 0;
  const auto* end = resource.name.data() + resource.name.size();
  const auto [at, ec] = std::from_chars(resource.name.data(), end, number);
  if (ec != std::errc{} || at != end) return std::nullopt;
  return node_id{number};
}

config_entry describe(const describe_configs_response::config& from, std::int16_t version,
                      config_resource::kind type) {
  using source = config_entry::source;
  config_entry entry;
  entry.name = from.name;
  entry.value = from.value;
  entry.read_only = from.read_only;
  entry.sensitive = from.is_sensitive;
  entry.from = static_cast<source>(from.config_source);
  if (version == 0) {
    // Only "default or not" is told there.
    entry.from = from.is_default                        ? source::fallback
                 : type == config_resource::kind::topic ? source::topic
                                                        : source::static_broker;
  }
  return entry;
}

struct describe_job {
  config_results all;
  std::size_t waiting = 0;
  bool any = false;
  std::optional<error> last;
  told<config_results> done;

  void one_less(time_point now) {
    if (--waiting > 0) return;
    if (!any && last) return done(*last, now);
    done(std::move(all), now);
  }
};

void file(describe_job& job, const describe_configs_response& message, std::int16_t version) {
  job.any = true;
  for (const auto& each : message.results) {
    const config_resource resource{static_cast<config_resource::kind>(each.resource_type),
                                   each.resource_name};
    const auto code = static_cast<broker_errc>(each.error_code);
    if (code != broker_errc::none) {
      job.all.emplace(
          resource, error{code, each.error_message.value_or("")}.in(api::describe_configs).on(resource.name));
      continue;
    }
    std::vector<config_entry> entries;
    for (const auto& c : each.configs) entries.push_back(describe(c, version, resource.type));
    job.all.emplace(resource, std::move(entries));
  }
}

void ask_keeper(admin_core& core, const std::shared_ptr<describe_job>& job, std::optional<node_id> keeper,
                const std::vector<config_resource>& resources, time_point deadline, time_point now) {
  const auto make = [keeper, resources] {
    describe_configs_request message;
    for (const auto& resource : resources) {
      auto& entry = message.resources.emplace_back();
      entry.resource_type = static_cast<std::int8_t>(resource.type);
      entry.resource_name = resource.name;
      entry.configuration_keys.reset();
    }
    request asked;
    asked.body = std::make_shared<message_body<describe_configs_request>>(std::move(message));
    asked.to = keeper ? destination::broker(*keeper) : destination::any();
    return asked;
  };
  const auto take = [job](const describe_configs_response& message, const response& answer,
                          time_point at) -> std::optional<error> {
    file(*job, message, answer.version);
    job->one_less(at);
    return std::nullopt;
  };
  const auto give_up = [job, resources](const error& why, time_point at) {
    for (const auto& resource : resources) job->all.emplace(resource, why);
    job->last = why;
    job->one_less(at);
  };
  auto q = ask_for<describe_configs_response>(core, make, take, give_up, deadline);
  if (!keeper) return core.ask(std::move(q), now);
  when_reached(core, deadline, [&core, q](time_point at) { core.ask(q, at); }, give_up, now);
}

}  // namespace

void ask_describe_configs(admin_core& core, const std::vector<config_resource>& resources,
                          time_point deadline, told<config_results> done, time_point now) {
  std::map<std::optional<node_id>, std::vector<config_resource>> by_keeper;
  for (const auto& resource : resources) by_keeper[keeper_of(resource)].push_back(resource);
  if (by_keeper.empty()) return done(config_results{}, now);
  auto job = std::make_shared<describe_job>();
  job->waiting = by_keeper.size();
  job->done = std::move(done);
  for (const auto& [keeper, part] : by_keeper) ask_keeper(core, job, keeper, part, deadline, now);
}

}  // namespace kwire::core
