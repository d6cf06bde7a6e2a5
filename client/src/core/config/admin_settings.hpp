#pragma once

#include <chrono>

#include "core/config/setting.hpp"

namespace kwire::core {

/// Keys of an admin handle.
struct admin_settings {
  std::chrono::milliseconds default_api_timeout{60'000};

  void describe(setting_visitor& v);
};

}  // namespace kwire::core
