#pragma once

#include <string_view>

namespace kwire {

/// Semantic version of the library; the build reads it from here.
inline constexpr std::string_view library_version = "0.1.0";

/// The version of the library that is linked (a shared library may be newer than the headers).
std::string_view version_string() noexcept;

}  // namespace kwire
