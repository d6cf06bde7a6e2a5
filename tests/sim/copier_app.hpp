#pragma once

#include <map>

#include "peers/transactional_peer.hpp"
#include "poll_loop.hpp"
#include "transactional_app.hpp"

namespace kwire::sim {

/// Consumes, transforms and produces as `kwire::exactly_once` does: each poll is one transaction with the
/// offsets behind it, and goes back to its beginning when it was not committed.
class copier_app final : public poll_loop {
 public:
  copier_app(host& on, const core::consumer_settings& settings, transactional_app& out,
             const transaction_setting& setting, std::uint64_t seed);

  void start();
  /// The producer can no more; nothing in hand will be written.
  void give_in();
  bool idle() const noexcept { return first_.empty(); }
  /// -1 while the partition is somebody else's.
  std::int64_t position(std::int32_t partition) const;

 private:
  void take(const record_batches& batches) override;
  void after_poll() override;
  bool busy() const override { return !first_.empty(); }
  void leave() override;

  void transact();
  void go_back();

  transactional_app& out_;
  const transaction_setting& setting_;
  transaction_work work_;
  std::map<topic_partition, std::int64_t> first_;  ///< of what is in hand
};

}  // namespace kwire::sim
