#pragma once

#include <chrono>

namespace kwire::core {

// Cores are told the time; these are only the types it comes in.
using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;

/// "No deadline".
inline constexpr time_point never = time_point::max();

}  // namespace kwire::core
