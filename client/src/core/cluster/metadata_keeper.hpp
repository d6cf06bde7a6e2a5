#pragma once

#include <kwire/protocol/messages/metadata.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/backoff.hpp"
#include "core/cluster/metadata_snapshot.hpp"
#include "core/config/client_settings.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// Decides when metadata is asked for and turns answers into snapshots. An older view from a lagging broker
/// does not replace a newer one: leader epochs never go back while the topic stays the same.
class metadata_keeper {
 public:
  metadata_keeper(const client_settings& settings, random_source& random);

  /// Replaces what `who` wants; an empty interest takes its topics out.
  void set_interest(const reactor* who, topic_interest interest, time_point now);
  void remove_interest(const reactor* who);
  /// Something did not fit the snapshot: ask as soon as the retry back-off allows.
  void request_refresh() noexcept { wanted_ = true; }

  /// The request that is due now, if one is; the caller sends it and reports back with one of the next two.
  std::shared_ptr<request_body> poll(time_point now);
  /// False when the answer was refused as a whole (another cluster, no brokers); `why` says so.
  bool digest(const protocol::metadata_response& answer, time_point now, std::optional<error>& why);
  void failed(time_point now);
  /// Takes over leaders of newer epochs that a broker named. False when there is nothing new.
  bool adopt(const leader_news& news);
  time_point next_deadline() const;

  const std::shared_ptr<const metadata_snapshot>& snapshot() const noexcept { return snapshot_; }
  time_point last_success() const noexcept { return last_success_; }
  std::vector<event>& events() noexcept { return events_; }

 private:
  bool interested() const;
  std::shared_ptr<const topic_info> merge(const protocol::metadata_response::topic& now,
                                          const topic_info* before);

  const client_settings* settings_;
  random_source* random_;
  std::map<const reactor*, topic_interest> interests_;
  std::shared_ptr<const metadata_snapshot> snapshot_ = std::make_shared<metadata_snapshot>();
  backoff pause_;
  bool wanted_ = false;
  bool in_flight_ = false;
  time_point not_before_{};
  time_point last_success_{};
  std::vector<event> events_;
};

}  // namespace kwire::core
