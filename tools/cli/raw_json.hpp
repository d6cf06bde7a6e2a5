#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace kwire::cli {

/// The members of a JSON object as they are written, names and strings without their quotes' content being
/// looked into: for who hands the values on to somebody that parses them. Only brackets, quotes and commas
/// are checked.
class raw_members {
 public:
  /// Nothing when `text` is not one object with nothing around it. Views into `text`.
  static std::optional<raw_members> of(std::string_view text);

  /// The value of a member, with the quotes of a string; the last one counts.
  std::optional<std::string_view> find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }

 private:
  std::vector<std::pair<std::string_view, std::string_view>> members_;
};

/// The values of a JSON array, likewise.
std::optional<std::vector<std::string_view>> raw_elements(std::string_view text);

/// The content of a string that needs no escapes.
std::optional<std::string_view> raw_string(std::string_view value);

}  // namespace kwire::cli
