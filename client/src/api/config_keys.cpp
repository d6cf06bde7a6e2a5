#include <kwire/client/config_keys.hpp>

#include "core/config/admin_settings.hpp"
#include "core/config/client_settings.hpp"
#include "core/config/config_reader.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/config/foreign_keys.hpp"
#include "core/config/producer_settings.hpp"

namespace kwire {
namespace {

template <class Settings>
std::vector<config_key> keys_of() {
  Settings settings;
  std::vector<config_key> keys;
  for (auto& row : core::document([&](core::setting_visitor& v) { settings.describe(v); })) {
    keys.push_back({std::move(row.key), std::move(row.aliases), std::move(row.type), std::move(row.fallback),
                    std::move(row.range), std::move(row.doc)});
  }
  return keys;
}

}  // namespace

std::vector<foreign_config_key> foreign_config_keys() {
  std::vector<foreign_config_key> keys;
  for (const auto& line : core::foreign_keys()) {
    keys.push_back({std::string{line.name}, std::string{line.peer},
                    line.verdict == core::foreign_verdict::no_effect, std::string{line.harmless},
                    std::string{line.why}});
  }
  return keys;
}

std::vector<config_key> config_keys(config_role role) {
  switch (role) {
    case config_role::client: return keys_of<core::client_settings>();
    case config_role::producer: return keys_of<core::producer_settings>();
    case config_role::consumer: return keys_of<core::consumer_settings>();
    case config_role::admin: return keys_of<core::admin_settings>();
  }
  return {};
}

}  // namespace kwire
