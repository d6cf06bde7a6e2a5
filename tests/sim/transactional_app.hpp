#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/delivery_queue.hpp"
#include "core/producer/producer_core.hpp"
#include "host.hpp"
#include "peers/transactional_peer.hpp"

namespace kwire::sim {

/// A program that writes transactions with kwire's producer, as the public handle's documentation says: what
/// timed out is asked again, what requires an abort is aborted, and who is fenced ends.
class transactional_app final : public application, private core::producer_sink {
 public:
  using place = transaction_judge::place;
  /// How a transaction ended. Not called when the producer is fenced or broken.
  using completion = std::function<void(bool committed)>;

  transactional_app(host& on, core::producer_settings settings, transaction_judge& history,
                    std::uint64_t seed);
  ~transactional_app() override;

  /// Registers the transactional id; `ready` when that has succeeded, which it does unless the producer is
  /// broken: then `broken`.
  void start(std::function<void()> ready, std::function<void(const error&)> broken);
  /// `member`: whose offsets are to be committed.
  void carry_out(transaction_work what, std::optional<core::commit_identity> member, completion then);
  bool in_transaction() const noexcept { return step_ == step::working; }
  /// Gives everything up; whoever has an open transaction leaves it to its time-out.
  void close();

 private:
  enum class step : std::uint8_t { starting, idle, working, gone };

  void pumped() override;
  void finished(core::finished_batch done) override { reports_.push(std::move(done)); }
  void topics_changed() override {}

  using step_of_work = void (transactional_app::*)();
  void make(step_of_work call, micros wait = 0);
  core::transaction::done then(void (transactional_app::*next)(const result<void>&));
  core::time_point deadline();
  void initialize();
  void initialized(const result<void>& how);
  void begin();
  void write();
  bool append(const place& where, const record_key& key);
  void send_offsets();
  void offsets_sent(const result<void>& how);
  void end();
  void commit();
  void committed(const result<void>& how);
  void abort();
  void aborted(const result<void>& how);
  void settle(bool committed);
  void stop(const error& why);

  host& host_;
  const core::producer_settings settings_;
  transaction_judge& history_;
  core::random_source random_;
  core::accumulator accumulator_;
  api_detail::delivery_queue reports_;
  core::producer_core core_;

  step step_ = step::starting;
  std::function<void()> ready_;
  std::function<void(const error&)> broken_;
  transaction_work work_;
  std::optional<core::commit_identity> member_;
  completion done_;
  std::uint32_t number_ = 0;
  std::vector<std::pair<place, record_key>> unwritten_;
  std::size_t unreported_ = 0;
  bool waiting_ = false;           ///< to commit, for the reports
  bool may_be_committed_ = false;  ///< a commit was asked for, and not refused
};

}  // namespace kwire::sim
