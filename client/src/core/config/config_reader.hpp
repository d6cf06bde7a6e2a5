#pragma once

#include <functional>
#include <kwire/client/config.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/setting.hpp"

namespace kwire::core {

/// Applies properties to settings structures and collects every fault instead of stopping at the first.
class config_reader {
 public:
  explicit config_reader(const config& properties);

  /// Takes the keys that `settings` describes. May be called for several structures.
  template <class Settings>
  void read(Settings& settings) {
    apply([&](setting_visitor& v) { settings.describe(v); });
  }

  /// True when the key (by its canonical name) was given, so that a default was not merely left.
  bool given(std::string_view key) const { return given_.contains(key); }
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  /// Call after the last `read`: reports unknown keys and throws `config_error` if there is any fault.
  void finish();
  /// Keys of other clients that were given and do nothing, each with the reason. Complete after `finish`.
  const std::vector<std::string>& notices() const noexcept { return notices_; }

 private:
  friend class property_applier;
  struct entry {
    std::string key;
    std::string value;
    bool used = false;
  };
  void apply(const std::function<void(setting_visitor&)>& describe);
  std::string nearest(std::string_view key) const;
  void judge_foreign(const entry& given);

  std::vector<entry> entries_;
  std::set<std::string, std::less<>> given_;
  std::vector<std::string> known_;
  std::vector<std::string> faults_;
  std::vector<std::string> notices_;
};

/// A line of the documentation table of a settings structure.
struct setting_row {
  std::string key;
  std::string aliases;
  std::string type;
  std::string fallback;
  std::string range;
  std::string doc;
};

/// Rows for every key of `settings`, whose values are taken as the defaults.
std::vector<setting_row> document(const std::function<void(setting_visitor&)>& describe);

/// `key=value` for every key; secrets print as `***`.
std::string print(const std::function<void(setting_visitor&)>& describe);

}  // namespace kwire::core
