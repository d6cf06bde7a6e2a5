#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kwire::core {

/// What is known of a key besides its name and storage.
struct setting_traits {
  std::string_view doc;
  std::string_view aliases = {};  ///< other accepted names, separated by blanks
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  bool secret = false;
};

/// A word and the number of the enumerator it stands for; the first word of an enumerator is printed.
struct choice {
  std::string_view word;
  std::int64_t value;
};

/// Receives the keys of a settings structure, one call a line of its `describe`.
class setting_visitor {
 public:
  using milliseconds = std::chrono::milliseconds;

  virtual void text(std::string_view key, std::string& field, const setting_traits& how) = 0;
  virtual void words(std::string_view key, std::vector<std::string>& field, const setting_traits& how) = 0;
  virtual void flag(std::string_view key, bool& field, const setting_traits& how) = 0;
  virtual void number(std::string_view key, std::int64_t& field, const setting_traits& how) = 0;
  virtual void time(std::string_view key, milliseconds& field, const setting_traits& how) = 0;

  template <class Enum>
  void one_of(std::string_view key, Enum& field, std::span<const choice> words, const setting_traits& how) {
    auto value = static_cast<std::int64_t>(field);
    enumerated(key, value, words, how);
    field = static_cast<Enum>(value);
  }

 protected:
  ~setting_visitor() = default;
  virtual void enumerated(std::string_view key, std::int64_t& field, std::span<const choice> words,
                          const setting_traits& how) = 0;
};

}  // namespace kwire::core
