#pragma once

#include <chrono>
#include <kwire/client/config.hpp>
#include <kwire/client/config_keys.hpp>
#include <kwire/client/error.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "options.hpp"
#include "output.hpp"

namespace kwire::cli {

/// The command could not do what it was asked to: exit status 1.
class failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  /// With a hint at what to do about it.
  explicit failure(const kwire::error& why);
};

/// The value, or `failure` thrown with what went wrong.
template <class T>
T need(result<T> outcome) {
  if (!outcome) throw failure{outcome.error()};
  return std::move(*outcome);
}

/// What a running command has at hand: its arguments, standard output and error, and the cluster's
/// properties.
class session {
 public:
  using milliseconds = std::chrono::milliseconds;

  session(const command_spec& command, arguments args);

  const arguments& args() const noexcept { return args_; }
  output& out() noexcept { return out_; }
  int verbosity() const noexcept { return verbosity_; }
  bool quiet() const noexcept { return quiet_; }

  /// A line on standard error: always, unless -q, or with -v only.
  void complain(std::string_view text) const;
  void inform(std::string_view text) const;
  void detail(std::string_view text) const;
  /// Whether standard error is a terminal, so that progress is worth showing.
  bool progress_wanted() const noexcept { return terminal_ && !quiet_; }

  /// `-m`, or else this.
  milliseconds limit(milliseconds fallback = std::chrono::seconds{30}) const;

  /// Properties of a role and of the client, out of -F, -X, -b and the environment. Keys that belong to other
  /// roles alone are left out, so that one file serves all commands; unknown ones stay, to be reported.
  /// Without log_level the client warns on standard error unless -q; admin calls tell everything in their
  /// errors.
  template <class Config>
  Config properties(config_role role) const {
    Config chosen;
    for (const auto& [key, value] : relevant(role, true)) chosen.set(key, value);
    return chosen;
  }
  /// Those of the role alone, for a handle on a shared client; unknown ones are the client's to report.
  template <class Config>
  Config own_properties(config_role role) const {
    Config chosen;
    for (const auto& [key, value] : relevant(role, false)) chosen.set(key, value);
    return chosen;
  }
  /// What the property was given as, by this name or an alias of it.
  std::optional<std::string> property(config_role role, std::string_view key) const;
  bool given(config_role role, std::string_view key) const { return property(role, key).has_value(); }

 private:
  std::vector<config::property> relevant(config_role role, bool with_client) const;

  arguments args_;
  output out_;
  config all_;
  int verbosity_ = 0;
  bool quiet_ = false;
  bool terminal_ = false;
};

/// Sets a property unless the user has.
template <class Config>
void set_default(const session& from, Config& properties, config_role role, const std::string& key,
                 const std::string& value) {
  if (!from.given(role, key)) properties.set(key, value);
}

}  // namespace kwire::cli
