#pragma once

#include <deque>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/backoff.hpp"
#include "core/cluster/metadata_snapshot.hpp"
#include "core/config/client_settings.hpp"
#include "core/config/producer_settings.hpp"
#include "core/producer/accumulator.hpp"
#include "core/producer/broker_patience.hpp"
#include "core/producer/identity.hpp"
#include "core/producer/outcomes.hpp"
#include "core/producer/transaction.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// Where a producer core tells what it has done; called on the thread that drives it.
class producer_sink {
 public:
  virtual void finished(finished_batch done) = 0;
  /// A topic has partitions now, or a reason why it has none.
  virtual void topics_changed() = 0;
  virtual void transaction_changed() {}

 protected:
  ~producer_sink() = default;
};

/// Sends sealed batches to the leaders of their partitions and decides what each answer means. See
/// client/README.md for the rules of order and sequence numbers.
class producer_core final : public reactor {
 public:
  producer_core(const client_settings& client, producer_settings settings, accumulator& source,
                producer_sink& sink, std::uint64_t seed);

  void handle(std::uint64_t token, response answer, time_point now) override;
  void metadata_changed(const std::shared_ptr<const metadata_snapshot>& snapshot, time_point now) override;
  void advance(time_point now) override;
  time_point next_deadline() const override;
  void metrics(metrics_snapshot& into) const override;

  /// Batches opened up to `serial` no longer linger.
  void flush(std::uint64_t serial) noexcept { flush_serial_ = std::max(flush_serial_, serial); }
  /// Gives up everything that is not under way.
  void purge(const error& why);
  /// Gives up what is under way too. The answers that still come are of no interest, but requests without one
  /// count against the broker's five as before.
  void purge_all(const error& why);
  /// Gives up everything, what is under way included.
  void abandon(const error& why);
  /// Set once nothing can be sent any more; `produce` refuses with it.
  const std::optional<error>& broken() const noexcept { return broken_; }
  /// Records accepted and without an outcome.
  std::uint64_t unfinished_records() const;
  transaction& transactions() noexcept { return transaction_; }

 private:
  struct node_queue {
    std::deque<partition_slot*> waiting;
    std::size_t in_flight = 0;
  };
  struct flight {
    node_id node;
    std::vector<batch_ptr> batches;
  };
  using answer_of = protocol::produce_response::partition;

  // producer_core.cpp: gathering and sending
  void adopt_topics();
  void apply(topic_slot& topic, const topic_info* info);
  void begin_anew(topic_slot& topic, std::size_t partitions);
  void set_leader(partition_slot& slot, node_id leader);
  static void publish(topic_slot& topic, std::size_t partitions);
  void judge_brokers(time_point now);
  void linger(time_point now, bool hurried);
  void enqueue(partition_slot& slot);
  void delay(partition_slot& slot, time_point until);
  void send_ready(time_point now);
  bool send_round(node_id node, node_queue& queue, time_point now);
  void send_request(node_id node, node_queue& queue, std::vector<batch_ptr> batches, time_point now);
  batch_ptr next_batch(partition_slot& slot, time_point now);
  bool is_for_another(const batch& content) const;
  bool may_send(partition_slot& slot, time_point now);
  bool settle_identity(partition_slot& slot);
  batch_ptr pick_again(partition_slot& slot);
  void finish(batch& content);
  void expire(time_point now);
  void give_up_waiting(const error& why);
  void drive_transaction(time_point now);

  // producer_answers.cpp: what came back
  void returned(const batch& content);
  void on_failure(flight lost, const response& answer, time_point now);
  void on_answer(flight sent, const response& answer, time_point now);
  void on_partition(batch_ptr content, const answer_of& answer, time_point now);
  void on_refused_in_transaction(batch_ptr content, error why, time_point now);
  void on_refused(batch_ptr content, broker_errc code, const answer_of& answer, time_point now);
  static bool is_head(const batch& content);
  void retry(batch_ptr content, const error& why, time_point now);
  void split(batch_ptr content);
  bool sift(batch_ptr& content, const error& why, const answer_of& answer);
  static void send_again(batch_ptr content);
  void fail(batch_ptr content, error why);
  void complete(batch_ptr content, std::int64_t base_offset, std::int64_t append_time_ms = -1);
  void break_down(const error& why);
  bool overdue(const batch& content, time_point now) const;

  const client_settings* client_;
  producer_settings settings_;
  accumulator* source_;
  producer_sink* sink_;
  random_source random_;
  broker_patience patience_;
  identity identity_;
  transaction transaction_;
  transaction_state transaction_told_ = transaction_state::none;
  protocol::compressor compressor_;
  std::shared_ptr<const metadata_snapshot> snapshot_ = std::make_shared<metadata_snapshot>();

  std::vector<topic_slot*> topics_;
  accumulator::news news_;
  std::deque<accumulator::opened_batch> lingering_;
  std::uint64_t flush_serial_ = 0;
  std::map<node_id, node_queue> nodes_;
  std::multimap<time_point, partition_slot*> delayed_;
  std::vector<partition_slot*> renewing_;  ///< wait for a new epoch
  std::unordered_map<std::uint64_t, flight> flights_;
  std::uint64_t last_token_ = 0;
  time_point next_expiry_ = never;
  std::optional<error> broken_;
  protocol::produce_response answer_;  ///< reused, so that answers cost no allocation
  producer_metrics counted_;
  std::uint64_t finished_records_ = 0;
};

}  // namespace kwire::core
