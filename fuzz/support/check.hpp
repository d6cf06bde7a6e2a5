#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace kwire::fuzz {

/// Ends the program: a property does not hold. Both libFuzzer and the replay programs take it as a find.
[[noreturn]] inline void broken(std::string_view property, std::string_view detail) {
  std::fprintf(stderr, "property broken: %.*s\n%.*s\n", static_cast<int>(property.size()), property.data(),
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

inline void require(bool holds, std::string_view property) {
  if (!holds) broken(property, "");
}
/// `detail` is made only when it is needed.
template <class Detail>
void require(bool holds, std::string_view property, Detail detail) {
  if (!holds) broken(property, detail());
}

}  // namespace kwire::fuzz
