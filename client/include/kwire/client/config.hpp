#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <kwire/protocol/ids.hpp>
#include <optional>
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

/// Chooses the partition of a record that names none: 0 up to `partitions` - 1, or `any_partition`. Called by
/// `produce` in the thread that calls it, so by several at a time. A number that is no partition's makes
/// `produce` return unknown_partition, an exception invalid_argument; the record is not accepted then.
using partition_function =
    std::function<partition_id(std::string_view topic, std::optional<std::string_view> key,
                               std::optional<std::string_view> value, std::int32_t partitions)>;

/// The record may go anywhere: it sticks to a partition as records without a key do.
inline constexpr partition_id any_partition{-1};

class producer_config : public config {
 public:
  using config::config;

  /// Instead of `partitioner`.
  producer_config& partition_by(partition_function function) {
    partition_by_ = std::move(function);
    return *this;
  }
  const partition_function& partition_by() const noexcept { return partition_by_; }

 private:
  partition_function partition_by_;
};
class consumer_config : public config {
 public:
  using config::config;
};

}  // namespace kwire
