#include "peers/transactional_peer.hpp"

#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>
#include <kwire/protocol/records/batch_builder.hpp>
#include <utility>

namespace kwire::sim {

bool is_passing(broker_errc error) noexcept {
  switch (error) {
    case broker_errc::coordinator_load_in_progress:
    case broker_errc::coordinator_not_available:
    case broker_errc::not_coordinator:
    case broker_errc::concurrent_transactions:
    case broker_errc::not_leader_or_follower:
    case broker_errc::fenced_leader_epoch:
    case broker_errc::unknown_topic_or_partition:
    case broker_errc::unknown_topic_id:
    case broker_errc::operation_not_attempted:
    case broker_errc::not_enough_replicas:
    case broker_errc::not_enough_replicas_after_append:
    case broker_errc::request_timed_out:
    case broker_errc::kafka_storage_error:
    case broker_errc::corrupt_message:
    case broker_errc::unstable_offset_commit: return true;
    default: return false;
  }
}

bool is_fencing(broker_errc error) noexcept {
  return error == broker_errc::producer_fenced || error == broker_errc::invalid_producer_epoch ||
         error == broker_errc::invalid_producer_id_mapping;
}

transactional_peer::transactional_peer(host_id id, surroundings around, std::uint64_t seed,
                                       transaction_setting& setting, std::string transactional_id)
    : peer(id, around, seed), setting_(setting), transactional_id_(std::move(transactional_id)) {}

bool transactional_peer::retries(broker_errc error) {
  if (error == broker_errc::not_coordinator || error == broker_errc::coordinator_not_available) {
    forget_coordinator(coordinator::transaction, transactional_id_);
    forget_coordinator(coordinator::group, copiers_group);
  }
  if (error == broker_errc::not_leader_or_follower) refresh();
  return is_passing(error);
}

void transactional_peer::initialize() {
  step_ = step::initializing;
  const auto node = coordinator();
  if (node == no_node) return after(30 * millisecond, [this] { initialize(); });
  protocol::init_producer_id_request request;
  request.transactional_id = transactional_id_;
  request.transaction_timeout_ms = setting_.timeout_ms;
  if (recovers_) {
    request.producer = producer_;
    request.epoch = epoch_;
  }
  ask(lane::control, node, request, setting_.second_version ? 5 : 4,
      [this](const protocol::init_producer_id_response* told) {
        if (told == nullptr) {
          forget_coordinator(coordinator::transaction, transactional_id_);
          return after(50 * millisecond, [this] { initialize(); });
        }
        initialized(broker_errc{told->error_code}, told->producer, told->epoch);
      });
}

void transactional_peer::initialized(broker_errc error, producer_id id, producer_epoch epoch) {
  if (retries(error)) return after(40 * millisecond, [this] { initialize(); });
  if (is_fencing(error)) return fenced();
  if (error != broker_errc::none) {
    return broken("InitProducerId is answered " + std::string{to_string(error)});
  }
  say("is producer " + std::to_string(raw(id)) + " epoch " + std::to_string(raw(epoch)));
  producer_ = id;
  epoch_ = epoch;
  recovers_ = true;
  sequences_.clear();
  step_ = step::working;
  ready(true);
}

void transactional_peer::fenced() {
  say("is fenced");
  if (setting_.newest[transactional_id_] != id()) {
    step_ = step::gone;
    return;
  }
  // Nobody has taken over: the coordinator has aborted what took too long. It starts as a new instance would.
  recovers_ = false;
  after(20 * millisecond, [this] { initialize(); });
}

void transactional_peer::carry_out(work what) {
  step_ = step::working;
  work_ = std::move(what);
  number_ = setting_.history.begin();
  failed_ = doubt_ = end_in_doubt_ = false;
  deadline_ = now() + 5 * second;
  batches_.clear();
  if (!work_.offsets.empty()) setting_.history.offsets(number_, work_.offsets);
  say("begins transaction " + std::to_string(number_));
  if (setting_.second_version) return write_all();
  add_partitions();
}

void transactional_peer::again(void (transactional_peer::*what)()) {
  if (now() > deadline_) return fail();
  after(30 * millisecond, [this, what] { (this->*what)(); });
}

void transactional_peer::add_partitions() {
  const auto node = coordinator();
  if (node == no_node) return again(&transactional_peer::add_partitions);
  protocol::add_partitions_to_txn_request request;
  request.v3_and_below_transactional_id = transactional_id_;
  request.v3_and_below_producer_id = producer_;
  request.v3_and_below_producer_epoch = epoch_;
  for (const auto& [where, keys] : work_.writes) {
    auto& topics = request.v3_and_below_topics;
    if (topics.empty() || topics.back().name != where.first) topics.emplace_back().name = where.first;
    topics.back().partitions.push_back(partition_id{where.second});
  }
  ask(lane::control, node, request, 3, [this](const protocol::add_partitions_to_txn_response* told) {
    if (told == nullptr) {
      doubt_ = true;
      forget_coordinator(coordinator::transaction, transactional_id_);
      return again(&transactional_peer::add_partitions);
    }
    auto worst = broker_errc::none;
    for (const auto& topic : told->results_by_topic_v3_and_below) {
      for (const auto& part : topic.results_by_partition) {
        const broker_errc error{part.partition_error_code};
        if (error != broker_errc::none && (worst == broker_errc::none || !is_passing(error))) worst = error;
      }
    }
    if (worst == broker_errc::none) return work_.offsets.empty() ? write_all() : add_offsets();
    retries(worst) ? again(&transactional_peer::add_partitions) : fail();
  });
}

void transactional_peer::add_offsets() {
  const auto node = coordinator();
  if (node == no_node) return again(&transactional_peer::add_offsets);
  protocol::add_offsets_to_txn_request request;
  request.transactional_id = transactional_id_;
  request.producer = producer_;
  request.epoch = epoch_;
  request.group_id = copiers_group;
  ask(lane::control, node, request, 3, [this](const protocol::add_offsets_to_txn_response* told) {
    if (told == nullptr) {
      doubt_ = true;
      forget_coordinator(coordinator::transaction, transactional_id_);
      return again(&transactional_peer::add_offsets);
    }
    const broker_errc error{told->error_code};
    if (error == broker_errc::none) return write_all();
    retries(error) ? again(&transactional_peer::add_offsets) : fail();
  });
}

bytes transactional_peer::seal(const place& where, const std::vector<record_key>& keys) {
  bytes buffer(256 + 64 * keys.size());
  protocol::batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  for (const auto& key : keys) {
    const auto value = make_value({key, number_});
    (void)builder.append(1'700'000'000'000 + now() / millisecond, std::nullopt, as_bytes(value));
  }
  auto& sequence = sequences_[where];
  auto made = to_bytes(builder.seal({producer_, epoch_, sequence, true}));
  sequence += static_cast<std::int32_t>(keys.size());
  return made;
}

void transactional_peer::write_all() {
  for (const auto& [where, keys] : work_.writes) batches_[where] = {seal(where, keys), keys};
  open_writes_ = batches_.size();
  if (batches_.empty()) return next_after_writes();
  for (const auto& [where, keys] : work_.writes) write(where);
}

void transactional_peer::write(const place& where) {
  if (failed_ || now() > deadline_) {
    failed_ = true;
    if (--open_writes_ == 0) next_after_writes();
    return;
  }
  const auto node = leader(where.first, where.second);
  const auto later = [this, where] { after(30 * millisecond, [this, where] { write(where); }); };
  if (node == no_node) return later();
  protocol::produce_request request;
  request.transactional_id = transactional_id_;
  request.acks = -1;
  request.timeout_ms = 1000;
  auto& topic = request.topic_data.emplace_back();
  topic.name = where.first;
  auto& part = topic.partition_data.emplace_back();
  part.index = partition_id{where.second};
  part.records = batches_[where].content;
  ask(lane::data, node, request, setting_.second_version ? 12 : 11,
      [this, where, later](const protocol::produce_response* told) {
        if (told == nullptr) {
          doubt_ = true;
          return later();
        }
        const auto& result = told->responses.at(0).partition_responses.at(0);
        written(where, broker_errc{result.error_code}, result.base_offset);
      });
}

void transactional_peer::written(const place& where, broker_errc error, std::int64_t offset) {
  auto& sent = batches_[where];
  if (error == broker_errc::none) {
    for (const auto& key : sent.keys) setting_.history.acknowledged(number_, key, where, offset++);
  } else if (retries(error)) {
    return after(30 * millisecond, [this, where] { write(where); });
  } else {
    say("cannot write: " + std::string{to_string(error)});
    failed_ = true;
  }
  if (--open_writes_ == 0) next_after_writes();
}

void transactional_peer::next_after_writes() {
  if (failed_) return fail();
  if (!work_.offsets.empty()) return commit_offsets();
  after(work_.linger, [this] { end(); });
}

void transactional_peer::commit_offsets() {
  const auto node = coordinator_of(coordinator::group, copiers_group);
  if (node == no_node) return again(&transactional_peer::commit_offsets);
  protocol::txn_offset_commit_request request;
  request.transactional_id = transactional_id_;
  request.group_id = copiers_group;
  request.producer = producer_;
  request.epoch = epoch_;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  for (const auto& [partition, offset] : work_.offsets) {
    auto& part = topic.partitions.emplace_back();
    part.partition_index = partition_id{partition};
    part.committed_offset = offset;
  }
  ask(lane::control, node, request, setting_.second_version ? 5 : 3,
      [this](const protocol::txn_offset_commit_response* told) {
        if (told == nullptr) {
          doubt_ = true;
          forget_coordinator(coordinator::group, copiers_group);
          return again(&transactional_peer::commit_offsets);
        }
        auto worst = broker_errc::none;
        for (const auto& part : told->topics.at(0).partitions) {
          if (part.error_code != 0) worst = broker_errc{part.error_code};
        }
        if (worst == broker_errc::none) return after(work_.linger, [this] { end(); });
        retries(worst) ? again(&transactional_peer::commit_offsets) : fail();
      });
}

/// What was begun is to be aborted.
void transactional_peer::fail() {
  failed_ = true;
  work_.commit = false;
  doubt_ = true;
  end();
}

void transactional_peer::end() {
  step_ = step::ending;
  const auto node = coordinator();
  if (node == no_node) return after(30 * millisecond, [this] { end(); });
  setting_.history.ends(number_, work_.commit);
  protocol::end_txn_request request;
  request.transactional_id = transactional_id_;
  request.producer = producer_;
  request.epoch = epoch_;
  request.committed = work_.commit;
  ask(lane::control, node, request, setting_.second_version ? 5 : 3,
      [this](const protocol::end_txn_response* told) {
        if (told == nullptr) return ended(broker_errc::none, false);
        const broker_errc error{told->error_code};
        if (error == broker_errc::none && setting_.second_version) {
          if (told->producer != producer_ || told->epoch != epoch_) sequences_.clear();
          producer_ = told->producer;
          epoch_ = told->epoch;
        }
        ended(error, true);
      });
}

void transactional_peer::ended(broker_errc error, bool answered) {
  if (!answered || retries(error)) {
    if (!answered) {
      doubt_ = end_in_doubt_ = true;
      forget_coordinator(coordinator::transaction, transactional_id_);
      if (setting_.wrong == mutant::end_repeated_otherwise) work_.commit = false;
    }
    return after(40 * millisecond, [this] { end(); });
  }
  if (error == broker_errc::none) return done(work_.commit);
  say("cannot end transaction " + std::to_string(number_) + ": " + std::string{to_string(error)});
  doubt_ = true;
  const bool known = !end_in_doubt_ || !work_.commit;
  done(known ? std::optional{false} : std::nullopt);
  // `done` has gone on to InitProducerId, which tells whether somebody else is there now.
}

void transactional_peer::done(std::optional<bool> committed) {
  say("transaction " + std::to_string(number_) +
      (!committed   ? " ended somehow"
       : *committed ? " is committed"
                    : " is aborted"));
  setting_.history.ended(number_, committed);
  step_ = step::working;
  const bool counts = committed == true;
  if (doubt_ && (!setting_.second_version || !counts)) return after(millisecond, [this] { initialize(); });
  ready(!counts);
}

}  // namespace kwire::sim
