#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "options.hpp"

namespace kwire::cli {

/// A record's key and value within the input; nothing is null.
struct record_parts {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
};

/// How `kwire produce` makes records of its input, by its options.
class produce_input {
 public:
  using header = std::pair<std::string, std::optional<std::string>>;

  /// Throws `usage_error`.
  explicit produce_input(const arguments& args);

  /// Nothing when the line is none of a record: it is empty, and -Z does not make that null.
  std::optional<record_parts> line(std::string_view text) const;
  /// A whole file: never cut at a key delimiter.
  record_parts whole(std::string_view text) const;

  const std::string& delimiter() const noexcept { return delimiter_; }
  const std::vector<header>& headers() const noexcept { return headers_; }

 private:
  std::optional<std::string_view> fixed_key() const;

  std::string delimiter_ = "\n";
  std::string key_delimiter_;
  std::optional<std::string> key_;
  std::vector<header> headers_;
  bool empty_is_null_ = false;
};

}  // namespace kwire::cli
