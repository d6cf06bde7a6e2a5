#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kwire::core {

enum class foreign_verdict : std::uint8_t {
  no_effect,  ///< accepted; one is told that it does nothing, and why
  refused,    ///< without it the application would not get what it asks for
};

/// A key of another client's that kwire has no setting for.
struct foreign_key {
  std::string_view name;  ///< with a star at its end: everything that begins so
  std::string_view peer;
  foreign_verdict verdict;
  std::string_view
      harmless;  ///< values, separated by blanks, that ask for what happens anyway: nothing is said
  std::string_view why;

  bool asks_for_nothing(std::string_view value) const noexcept;
};

/// All of them, in order of their names.
std::span<const foreign_key> foreign_keys() noexcept;

/// The line for a key; null when no client we know of has it.
const foreign_key* find_foreign_key(std::string_view name) noexcept;

}  // namespace kwire::core
