// Writes what is known of configuration keys, a line a key, fields separated by tabs, for
// tools/lib/config_page.py.
#include <iostream>
#include <kwire/client/config_keys.hpp>

using namespace kwire;

int main() {
  constexpr std::pair<const char*, config_role> roles[] = {{"client", config_role::client},
                                                           {"producer", config_role::producer},
                                                           {"consumer", config_role::consumer},
                                                           {"admin", config_role::admin}};
  for (const auto& [name, role] : roles) {
    for (const auto& key : config_keys(role)) {
      std::cout << "own\t" << name << '\t' << key.name << '\t' << key.aliases << '\t' << key.type << '\t'
                << key.fallback << '\t' << key.range << '\t' << key.doc << '\n';
    }
  }
  for (const auto& key : foreign_config_keys()) {
    std::cout << "foreign\t" << (key.accepted ? "no effect" : "refused") << '\t' << key.name << '\t'
              << key.peer << '\t' << key.harmless << '\t' << key.why << '\n';
  }
}
