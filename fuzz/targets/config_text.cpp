// Properties as text, and settings read from them: all faults are told, nothing else happens.
#include <kwire/client/config.hpp>

#include "core/cluster/cluster.hpp"
#include "core/config/client_settings.hpp"
#include "core/config/config_reader.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/config/producer_settings.hpp"
#include "core/connection/setup_script.hpp"
#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto how = in.below(3);
  const auto text = as_text(in.rest());
  try {
    const config properties{text};
    core::config_reader reader{properties};
    core::client_settings client;
    reader.read(client);
    if (how == 0) {
      core::producer_settings{}.read(reader);
    } else if (how == 1) {
      core::consumer_settings settings;
      reader.read(settings);
      settings.check(reader);
    }
    reader.finish();
    (void)core::versions_of_release(client.broker_version_fallback);
  } catch (const config_error& e) {
    fuzz::require(!e.faults().empty(), "a refusal lists its faults");
  }
  std::vector<std::string> faults;
  for (const auto& seed : core::parse_bootstrap({std::string{text}}, faults)) {
    fuzz::require(!seed.host.empty() && seed.port != 0, "addresses are whole");
  }
  return 0;
}
