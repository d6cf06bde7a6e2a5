#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace kwire {

/// Octets that somebody else owns.
using bytes_view = std::span<const std::byte>;
/// Octets of one's own.
using bytes = std::vector<std::byte>;

inline bytes_view as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view as_text(bytes_view octets) noexcept {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

inline bytes to_bytes(bytes_view octets) { return {octets.begin(), octets.end()}; }

inline bool same_bytes(bytes_view a, bytes_view b) noexcept {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace kwire
