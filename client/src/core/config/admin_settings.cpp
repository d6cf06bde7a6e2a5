#include "core/config/admin_settings.hpp"

namespace kwire::core {

void admin_settings::describe(setting_visitor& v) {
  v.time(
      "default.api.timeout.ms", default_api_timeout,
      {.doc = "How long a call that is given no time-out of its own may take.", .min = 0, .max = 0x7fffffff});
}

}  // namespace kwire::core
