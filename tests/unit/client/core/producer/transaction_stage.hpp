#pragma once

#include <doctest/doctest.h>

#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/producer/producer_rig.hpp"
#include "core/producer/transaction.hpp"

namespace kwire::test {

/// A transaction between a test that plays the application and a test that plays the coordinators.
struct transaction_stage {
  explicit transaction_stage(bool second) : offered(second) { settings.transactional_id = "tx"; }

  core::client_settings client;
  core::producer_settings settings;
  core::random_source random{1};
  core::identity who{client, (settings.transactional_id = "tx", settings), random};
  core::transaction tx{client, settings, who, random};
  core::time_point now{std::chrono::hours{1}};
  core::outbox out;
  bool offered;
  core::topic_slot topic;
  core::partition_slot slot;
  std::optional<core::request> asked;
  std::vector<std::string> told;  ///< outcomes of the calls, in order

  core::transaction::done tell(std::string call) {
    return [this, call](result<void> how) {
      told.push_back(call + (how ? " ok" : " " + std::string{how.error().code().message()}));
    };
  }

  /// The API that is asked now; `none` when nothing is.
  std::string next(bool idle = true) {
    asked = tx.poll(now, idle, 7, out.events);
    return asked ? std::string{to_string(asked->body->info().key)} : "none";
  }
  void answer(protocol::message_ref message, std::int16_t version) {
    auto said = response_of(message, version);
    said.transaction_version = offered ? 2 : 1;
    tx.digest(said, now, out);
  }
  template <class M>
  void answer_code(broker_errc code, std::int16_t version) {
    M message;
    message.error_code = static_cast<std::int16_t>(code);
    answer(protocol::ref(message), version);
  }
  void answer_init(broker_errc code, std::int16_t epoch = 0) {
    protocol::init_producer_id_response message;
    message.error_code = static_cast<std::int16_t>(code);
    message.producer = producer_id{42};
    message.epoch = producer_epoch{epoch};
    answer(protocol::ref(message), 4);
  }
  void answer_partitions(broker_errc code) {
    protocol::add_partitions_to_txn_response message;
    auto& in = message.results_by_topic_v3_and_below.emplace_back();
    in.name = "t";
    in.results_by_partition.emplace_back().partition_error_code = static_cast<std::int16_t>(code);
    answer(protocol::ref(message), 3);
  }
  void answer_offsets(broker_errc code) {
    protocol::txn_offset_commit_response message;
    auto& in = message.topics.emplace_back();
    in.name = "t";
    in.partitions.emplace_back().error_code = static_cast<std::int16_t>(code);
    answer(protocol::ref(message), 3);
  }
  void answer_end(broker_errc code) {
    protocol::end_txn_response message;
    message.error_code = static_cast<std::int16_t>(code);
    if (offered && code == broker_errc::none) {
      message.producer = who.id();
      message.epoch = producer_epoch{static_cast<std::int16_t>(raw(who.epoch()) + 1)};
    }
    answer(protocol::ref(message), offered ? std::int16_t{5} : std::int16_t{3});
  }
  void lose() {
    core::response lost;
    lost.failure = error{errc::connection_lost};
    lost.maybe_sent = true;
    tx.digest(lost, now, out);
    now += std::chrono::seconds{2};
  }

  template <class M>
  M read(std::int16_t version) {
    protocol::writer encoded;
    REQUIRE(asked.has_value());
    REQUIRE(asked->body->encode(version, encoded).has_value());
    M message;
    REQUIRE(protocol::decode(message, version, encoded.buffer()).has_value());
    return message;
  }
  bool commits() {
    return read<protocol::end_txn_request>(offered ? std::int16_t{5} : std::int16_t{3}).committed;
  }

  void register_id() {
    topic.name = "t";
    slot.topic = &topic;
    tx.init(now + std::chrono::seconds{60}, tell("init"));
    REQUIRE(next() == "InitProducerId");
    answer_init(broker_errc::none);
    REQUIRE(told.back() == "init ok");
  }
  /// A transaction with a partition in it.
  void open() {
    if (tx.now_is() == core::transaction_state::unregistered) register_id();
    REQUIRE(tx.begin().has_value());
    if (tx.admits(slot)) return;
    REQUIRE(next(false) == "AddPartitionsToTxn");
    answer_partitions(broker_errc::none);
    REQUIRE(tx.admits(slot));
  }
};

inline const std::string abort_required = make_error_code(errc::abort_required).message();
inline const std::string timed_out = make_error_code(errc::timed_out).message();
inline const std::string fenced = make_error_code(errc::fenced).message();

}  // namespace kwire::test
