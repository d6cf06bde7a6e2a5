#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kwire {

/// Thrown by the constructors of clients, producers and consumers; lists every fault of a configuration,
/// one a line, each with the nearest known key or the accepted values.
class config_error : public std::invalid_argument {
 public:
  explicit config_error(std::vector<std::string> faults);
  const std::vector<std::string>& faults() const noexcept { return faults_; }

 private:
  std::vector<std::string> faults_;
};

/// Properties under Kafka's own names (`linger.ms`) or librdkafka's aliases. Nothing is checked here; the
/// handle that takes the configuration checks all of it at once. See client/README.md for every key.
class config {
 public:
  using property = std::pair<std::string, std::string>;

  config() = default;
  config(std::initializer_list<property> properties) : properties_(properties) {}
  /// `key=value`, several separated by line ends; blank lines and lines starting with `#` are skipped.
  config(std::string_view text) { parse(text); }  // NOLINT(google-explicit-constructor)
  config(const char* text) { parse(text); }       // NOLINT(google-explicit-constructor)

  config& set(std::string key, std::string value) {
    properties_.emplace_back(std::move(key), std::move(value));
    return *this;
  }
  /// Adds the lines of `text`, as the constructor does.
  config& parse(std::string_view text);
  /// Adds the properties of a file. Throws `config_error` when it cannot be read.
  config& load(const std::string& path);
  /// Properties of `other` come after these.
  config& add(const config& other);

  const std::vector<property>& properties() const noexcept { return properties_; }

 private:
  std::vector<property> properties_;
};

// One type a role, so that a consumer cannot be given a producer's configuration by mistake.
class client_config : public config {
 public:
  using config::config;
};
class producer_config : public config {
 public:
  using config::config;
};
class consumer_config : public config {
 public:
  using config::config;
};

}  // namespace kwire
