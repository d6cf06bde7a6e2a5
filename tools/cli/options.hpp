#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kwire::cli {

/// The command line is wrong: exit status 2.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One option, as help texts, completion, manual page and the parser see it.
struct option_spec {
  char letter;                ///< 0: none
  std::string_view name;      ///< without the dashes; never empty
  std::string_view argument;  ///< what it takes; empty for a flag
  std::string_view help;
};

class session;
class arguments;

/// A command: data for the parser and the texts, and what it does.
struct command_spec {
  std::string_view name;      ///< "topics create"
  std::string_view operands;  ///< "[FILE...]"
  std::string_view summary;   ///< half a line
  std::string_view details;   ///< paragraphs, may be empty
  std::span<const option_spec> options;
  int (*run)(session&);
  std::size_t fewest = 0;  ///< operands
  std::size_t most = 0;
};

inline constexpr std::size_t any_number = static_cast<std::size_t>(-1);

/// What stands behind a command's name.
class arguments {
 public:
  bool has(std::string_view name) const { return given_.contains(name); }
  /// The last one counts.
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> values(std::string_view name) const;
  /// Throws `usage_error` when it is no number between `least` and `most`.
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most) const;
  std::size_t count(std::string_view name) const { return given_.count(name); }
  const std::vector<std::string>& operands() const noexcept { return operands_; }

  void add(std::string_view name, std::string value) { given_.emplace(name, std::move(value)); }
  void add_operand(std::string text) { operands_.push_back(std::move(text)); }

 private:
  std::multimap<std::string, std::string, std::less<>> given_;
  std::vector<std::string> operands_;
};

/// Options that every command takes.
std::span<const option_spec> common_options() noexcept;

/// Reads options and operands in any order. An option's value may be attached (`-K:`, `--key=x`) or be the
/// next word, whatever that looks like (`-o -10`); single letters may be joined (`-qe`); `--` ends options.
/// Throws `usage_error`.
arguments parse(const command_spec& command, std::span<const std::string> words);

/// A number written in decimal digits, nothing else.
std::optional<std::int64_t> parse_number(std::string_view text);

/// Of `known` the one most like `text`, if any is like it at all.
std::optional<std::string_view> nearest(std::string_view text, std::span<const std::string_view> known);

}  // namespace kwire::cli
