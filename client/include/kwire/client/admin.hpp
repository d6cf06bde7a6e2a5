#pragma once

#include <chrono>
#include <kwire/client/admin_types.hpp>
#include <kwire/client/client.hpp>
#include <kwire/client/config.hpp>
#include <kwire/client/error.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kwire {

class admin_config : public config {
 public:
  using config::config;
};

/// Asks a cluster about itself and changes its topics.
///
/// Every call waits for its answer, up to `limit` (default: `default.api.timeout.ms`, 60 s). What the brokers
/// refuse for the moment is repeated inside, with retry.backoff.ms between. A call fails as a whole when the
/// cluster could not be asked; otherwise each item has its own outcome. All members may be called from any
/// thread but the client's I/O thread (`would_deadlock`).
class admin {
 public:
  using milliseconds = std::chrono::milliseconds;
  using timeout = std::optional<milliseconds>;

  /// With a client of its own; `properties` holds the client's keys too. Throws `config_error`.
  explicit admin(const admin_config& properties, std::unique_ptr<observer> watcher = nullptr);
  /// On the connections of a shared client, which it keeps alive; `properties` holds admin keys only.
  explicit admin(const client& shared, const admin_config& properties = {});
  admin(admin&&) noexcept;
  admin& operator=(admin&&) noexcept;
  /// Calls that other threads are waiting in fail with `closed`.
  ~admin();

  /// Brokers, and these topics; all topics when `topics` is nothing. Asking creates no topic where the
  /// broker can be told so (Kafka 0.11).
  [[nodiscard]] result<cluster_metadata> metadata(const std::optional<std::vector<std::string>>& topics,
                                                  timeout limit = {});
  [[nodiscard]] result<cluster_description> describe_cluster(timeout limit = {});
  /// A topic that does not exist has the error UNKNOWN_TOPIC_OR_PARTITION.
  [[nodiscard]] result<topic_results> describe_topics(const std::vector<std::string>& names,
                                                      timeout limit = {});

  /// Creates topics, or with `validate_only` (Kafka 0.10.2) asks whether they could be created. When an
  /// answer was lost and the repetition finds the topic, TOPIC_ALREADY_EXISTS says that it may be ours.
  [[nodiscard]] result<std::map<std::string, result<created_topic>>> create_topics(
      const std::vector<new_topic>& topics, bool validate_only = false, timeout limit = {});
  [[nodiscard]] result<std::map<std::string, result<void>>> delete_topics(
      const std::vector<std::string>& names, timeout limit = {});

  /// Asks every broker. Fails as a whole only when none answered.
  [[nodiscard]] result<group_listings> list_groups(timeout limit = {});
  /// Groups of the classic protocol. One that does not exist is `Dead`, or has the error GROUP_ID_NOT_FOUND
  /// from Kafka 4.0 on.
  [[nodiscard]] result<std::map<std::string, result<group_description>>> describe_groups(
      const std::vector<std::string>& ids, timeout limit = {});
  /// What a group has committed: all of it, or of `partitions` alone (brokers before Kafka 0.10.2 have to be
  /// told which). Partitions without an offset are left out.
  [[nodiscard]] result<group_offsets> list_group_offsets(
      const std::string& group, const std::optional<std::vector<topic_partition>>& partitions = {},
      timeout limit = {});
  /// Committed and last offsets of what a group has committed and of `others`, ascending.
  [[nodiscard]] result<std::vector<partition_lag>> describe_lag(
      const std::string& group, const std::vector<topic_partition>& others = {}, timeout limit = {});

  /// Asks the leaders. With `committed_only`, latest is the last stable offset (Kafka 0.11).
  [[nodiscard]] result<found_offsets> list_offsets(const std::map<topic_partition, offset_query>& queries,
                                                   bool committed_only = false, timeout limit = {});

  /// Settings of topics, brokers or groups (Kafka 0.11).
  [[nodiscard]] result<config_results> describe_configs(const std::vector<config_resource>& resources,
                                                        timeout limit = {});

  /// Sends one request of any kind, once: nothing is repeated. An answer with an error code in it is an
  /// answer. Brokers hang up on what they cannot read, which is told as `not_connected`.
  [[nodiscard]] result<raw_response> call(raw_request what, timeout limit = {});

  /// Ends the calls that wait, and all later ones, with `interrupted`. May be called from any thread.
  void interrupt() noexcept;

 private:
  class impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace kwire
