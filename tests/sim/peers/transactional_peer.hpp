#pragma once

#include <functional>
#include <set>
#include <vector>

#include "mutants.hpp"
#include "peers/peer.hpp"
#include "peers/transaction_judge.hpp"

namespace kwire::sim {

/// What the peers of one world share.
struct transaction_setting {
  transaction_judge& history;
  judge& truth;
  mutant wrong = mutant::none;
  std::int32_t partitions = 0;
  bool second_version = false;  ///< KIP-890
  std::int32_t timeout_ms = 4000;
  /// The instance of a transactional id that was started last; others give up when they are fenced.
  std::map<std::string, host_id> newest{};
  bool over = false;  ///< no new transactions but copies
};

inline constexpr const char* copies_topic = "copies";
inline constexpr const char* copiers_group = "copiers";

/// What one transaction is to do.
struct transaction_work {
  std::map<transaction_judge::place, std::vector<record_key>> writes{};
  std::map<std::int32_t, std::int64_t> offsets{};  ///< of the copiers' group
  bool commit = true;
  micros linger = 0;
};
/// Numbered records for several partitions, from a writer that has written `last` before.
transaction_work some_writes(core::random_source& random, const transaction_setting& setting,
                             std::uint32_t writer, std::uint64_t& last);

/// A process with a transactional id.
class transactional_instance {
 public:
  virtual ~transactional_instance() = default;
  virtual host_id number() const = 0;
  virtual endpoint& process() = 0;
  virtual const std::string& name() const = 0;
  virtual bool at_rest() const = 0;
  virtual void begin() = 0;
  /// How far it has copied the partition; nothing when it does not.
  virtual std::optional<std::int64_t> copied(std::int32_t) const { return std::nullopt; }
  virtual void close() {}
  virtual bool closed() const { return true; }
};

/// A transactional producer: InitProducerId, then transactions of a plan each. An outcome that it does not
/// know is asked for again in the same direction until it does; under the protocol's first version it takes a
/// new epoch afterwards, so that a request which comes late finds none of its transactions.
class transactional_peer : public peer, public transactional_instance {
 public:
  transactional_peer(host_id id, surroundings around, std::uint64_t seed, transaction_setting& setting,
                     std::string transactional_id);
  void start() override { initialize(); }
  host_id number() const override { return id(); }
  endpoint& process() override { return *this; }
  const std::string& name() const override { return transactional_id_; }
  bool at_rest() const override { return step_ == step::idle || step_ == step::gone; }
  void begin() override { start(); }

 protected:
  using place = transaction_judge::place;
  using work = transaction_work;
  transaction_setting& setting() noexcept { return setting_; }
  /// Ready for a transaction. `again`: what was read before counts no longer.
  virtual void ready(bool again) = 0;
  void carry_out(work what);
  void be_idle() { step_ = step::idle; }
  void broken(const std::string& what) override { setting_.truth.broken('X', what); }

 private:
  enum class step : std::uint8_t { initializing, working, ending, idle, gone };
  struct batch {
    bytes content;
    std::vector<record_key> keys;
  };

  void initialize();
  void initialized(broker_errc error, producer_id id, producer_epoch epoch);
  void fenced();
  void add_partitions();
  void add_offsets();
  void write_all();
  bytes seal(const place& where, const std::vector<record_key>& keys);
  void write(const place& where);
  void written(const place& where, broker_errc error, std::int64_t offset);
  void commit_offsets();
  void next_after_writes();
  void fail();
  void end();
  void ended(broker_errc error, bool answered);
  void done(std::optional<bool> committed);
  /// Asks again later unless it has been too long.
  void again(void (transactional_peer::*what)());
  bool retries(broker_errc error);
  node_id coordinator() { return coordinator_of(coordinator::transaction, transactional_id_); }

  transaction_setting& setting_;
  const std::string transactional_id_;
  step step_ = step::initializing;
  producer_id producer_ = no_producer_id;
  producer_epoch epoch_ = no_producer_epoch;
  bool recovers_ = false;  ///< tells InitProducerId who it was
  std::map<place, std::int32_t> sequences_;
  std::uint32_t number_ = 0;
  work work_;
  std::map<place, batch> batches_;
  std::size_t open_writes_ = 0;
  bool failed_ = false;
  bool doubt_ = false;         ///< a request of this transaction may come yet
  bool end_in_doubt_ = false;  ///< EndTxn may have taken effect
  micros deadline_ = 0;
};

/// Whether a broker's answer means: not now, or not here.
bool is_passing(broker_errc error) noexcept;
/// Whether somebody else has the transactional id by now.
bool is_fencing(broker_errc error) noexcept;

}  // namespace kwire::sim
