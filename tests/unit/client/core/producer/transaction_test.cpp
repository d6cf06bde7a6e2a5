// Tests: transaction_bodies.cpp
#include "core/producer/transaction.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>

#include "core/producer/producer_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using core::transaction_state;
using test::response_of;

namespace {

/// A transaction between a test that plays the application and a test that plays the coordinators.
struct stage {
  explicit stage(bool second) : offered(second) { settings.transactional_id = "tx"; }

  core::client_settings client;
  core::producer_settings settings;
  core::random_source random{1};
  core::identity who{client, (settings.transactional_id = "tx", settings), random};
  core::transaction tx{client, settings, who, random};
  core::time_point now{1h};
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
    now += 2s;
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
    tx.init(now + 60s, tell("init"));
    REQUIRE(next() == "InitProducerId");
    answer_init(broker_errc::none);
    REQUIRE(told.back() == "init ok");
  }
  /// A transaction with a partition in it.
  void open() {
    if (tx.now_is() == transaction_state::unregistered) register_id();
    REQUIRE(tx.begin().has_value());
    if (tx.admits(slot)) return;
    REQUIRE(next(false) == "AddPartitionsToTxn");
    answer_partitions(broker_errc::none);
    REQUIRE(tx.admits(slot));
  }
};

const std::string abort_required = make_error_code(errc::abort_required).message();
const std::string timed_out = make_error_code(errc::timed_out).message();
const std::string fenced = make_error_code(errc::fenced).message();

}  // namespace

TEST_CASE("transaction: what each call needs to have happened before") {
  stage s{true};
  CHECK(s.tx.begin().error() == errc::invalid_state);
  s.tx.commit(s.now + 1s, s.tell("commit"));
  CHECK(s.told.back().find("INVALID_STATE") != std::string::npos);
  s.register_id();
  s.tx.init(s.now + 1s, s.tell("init"));
  CHECK(s.told.back().find("INVALID_STATE") != std::string::npos);
  s.tx.abort(s.now + 1s, s.tell("abort"));
  CHECK(s.told.back().find("INVALID_STATE") != std::string::npos);
  REQUIRE(s.tx.begin().has_value());
  CHECK(s.tx.begin().error() == errc::invalid_state);
  CHECK(s.tx.sends());
}

TEST_CASE("transaction: one without records or offsets ends without asking anybody") {
  for (const bool second : {false, true}) {
    stage s{second};
    s.register_id();
    for (const bool commit : {true, false}) {
      REQUIRE(s.tx.begin().has_value());
      commit ? s.tx.commit(s.now + 1s, s.tell("end")) : s.tx.abort(s.now + 1s, s.tell("end"));
      CHECK(s.next() == "none");
      CHECK(s.told.back() == "end ok");
    }
  }
}

TEST_CASE("transaction: version 1 adds partitions, version 2 has a new epoch each time") {
  for (const bool second : {false, true}) {
    CAPTURE(second);
    stage s{second};
    s.register_id();
    for (std::int16_t round = 0; round < 3; ++round) {
      s.open();
      CHECK(s.next(false) == "none");
      s.tx.commit(s.now + 60s, s.tell("commit"));
      CHECK(s.next(false) == "none");  // batches are under way
      REQUIRE(s.next(true) == "EndTxn");
      const auto end = s.read<protocol::end_txn_request>(second ? 5 : 3);
      CHECK(end.transactional_id == "tx");
      CHECK(end.producer == producer_id{42});
      CHECK(raw(end.epoch) == (second ? round : 0));
      CHECK(end.committed);
      CHECK(s.asked->usable.contains(second ? 5 : 4));
      CHECK_FALSE(s.asked->usable.contains(second ? 4 : 5));
      s.answer_end(broker_errc::none);
      CHECK(s.next() == "none");
      CHECK(s.told.back() == "commit ok");
    }
  }
}

TEST_CASE("transaction: an end without an answer is asked for again, in the same direction") {
  for (const bool second : {false, true}) {
    for (const bool commit : {true, false}) {
      stage s{second};
      s.open();
      const auto end = [&] {
        commit ? s.tx.commit(s.now + 1s, s.tell("end")) : s.tx.abort(s.now + 1s, s.tell("end"));
      };
      end();
      for (int attempt = 0; attempt < 4; ++attempt) {
        REQUIRE(s.next() == "EndTxn");
        CHECK(s.commits() == commit);
        s.lose();
        CHECK(s.told.size() == (attempt == 0 ? 1 : 2));  // init, and the time-out at the next look
      }
      CHECK(s.told.back().find(timed_out) != std::string::npos);
      // The other direction is refused, the same one waits for the outcome.
      if (commit) {
        s.tx.abort(s.now + 60s, s.tell("abort"));
        CHECK(s.told.back().find("abort INVALID_STATE") != std::string::npos);
      } else {
        s.tx.commit(s.now + 60s, s.tell("commit"));
        CHECK(s.told.back().find("commit INVALID_STATE") != std::string::npos);
      }
      commit ? s.tx.commit(s.now + 60s, s.tell("again")) : s.tx.abort(s.now + 60s, s.tell("again"));
      REQUIRE(s.next() == "EndTxn");
      CHECK(s.commits() == commit);
      s.answer_end(broker_errc::none);
      if (!second) {
        // Requests of the old epoch may still arrive: the next transaction has another.
        REQUIRE(s.next() == "InitProducerId");
        const auto init = s.read<protocol::init_producer_id_request>(4);
        CHECK(init.producer == producer_id{42});
        CHECK(raw(init.epoch) == 0);
        CHECK_FALSE(s.asked->usable.contains(2));
        s.answer_init(broker_errc::none, 1);
      }
      CHECK(s.next() == "none");
      CHECK(s.told.back() == "again ok");
      CHECK(raw(s.who.epoch()) == 1);
    }
  }
}

TEST_CASE("transaction: a commit that was not asked for yet can be given up") {
  stage s{true};
  s.open();
  s.tx.commit(s.now + 60s, s.tell("commit"));
  CHECK(s.next(false) == "none");
  s.tx.abort(s.now + 60s, s.tell("abort"));
  CHECK(s.told.back().find("commit INVALID_STATE") != std::string::npos);
  REQUIRE(s.next() == "EndTxn");
  CHECK_FALSE(s.commits());
  s.answer_end(broker_errc::none);
  CHECK(s.next() == "none");
  CHECK(s.told.back() == "abort ok");
}

TEST_CASE("transaction: offsets in both versions, and what the group says") {
  for (const bool second : {false, true}) {
    stage s{second};
    s.register_id();
    REQUIRE(s.tx.begin().has_value());
    core::commit_identity of;
    of.group = "g";
    of.member = "m";
    of.generation = generation_id{5};
    s.tx.send_offsets(of, {{{"t", partition_id{3}}, 17}}, s.now + 60s, s.tell("offsets"));
    if (!second) {
      REQUIRE(s.next(false) == "AddOffsetsToTxn");
      CHECK(s.read<protocol::add_offsets_to_txn_request>(3).group_id == "g");
      s.answer_code<protocol::add_offsets_to_txn_response>(broker_errc::none, 3);
    }
    REQUIRE(s.next(false) == "TxnOffsetCommit");
    CHECK(s.asked->to.key == "g");
    CHECK(s.asked->to.coordinator == core::coordinator_type::group);
    CHECK(s.asked->usable.contains(second ? 5 : 4));
    CHECK_FALSE(s.asked->usable.contains(second ? 4 : 5));
    const auto sent = s.read<protocol::txn_offset_commit_request>(second ? 5 : 3);
    CHECK(sent.member_id == "m");
    CHECK(raw(sent.generation_id_or_member_epoch) == 5);
    CHECK(sent.topics.at(0).partitions.at(0).committed_offset == 17);
    s.answer_offsets(broker_errc::not_coordinator);
    CHECK(s.out.lost_coordinators == std::vector<std::string>{"g"});
    s.now += 2s;
    REQUIRE(s.next(false) == "TxnOffsetCommit");
    s.answer_offsets(broker_errc::none);
    CHECK(s.told.back() == "offsets ok");

    s.tx.send_offsets(of, {{{"t", partition_id{3}}, 18}}, s.now + 60s, s.tell("offsets"));
    if (!second) {
      REQUIRE(s.next(false) == "AddOffsetsToTxn");
      s.answer_code<protocol::add_offsets_to_txn_response>(broker_errc::none, 3);
    }
    REQUIRE(s.next(false) == "TxnOffsetCommit");
    s.answer_offsets(broker_errc::illegal_generation);
    CHECK(s.told.back() == "offsets " + abort_required);
    CHECK(s.tx.cause() == broker_errc::illegal_generation);
  }
}

TEST_CASE("transaction: members need a version that can name them") {
  core::commit_identity of;
  of.group = "g";
  protocol::writer encoded;
  CHECK(make_txn_offset_commit({}, of, {{{"t", partition_id{0}}, 1}})->encode(0, encoded).has_value());
  of.member = "m";
  CHECK(make_txn_offset_commit({}, of, {{{"t", partition_id{0}}, 1}})->encode(2, encoded).error() ==
        errc::unsupported_by_broker);
}

TEST_CASE("transaction: offsets whose time is up make an abort necessary") {
  stage s{true};
  s.register_id();
  REQUIRE(s.tx.begin().has_value());
  core::commit_identity of;
  of.group = "g";
  s.tx.send_offsets(of, {{{"t", partition_id{0}}, 1}}, s.now + 5s, s.tell("offsets"));
  REQUIRE(s.next(false) == "TxnOffsetCommit");
  CHECK(s.tx.next_deadline() == s.now + 5s);
  s.now += 5s;
  CHECK(s.next(false) == "none");
  CHECK(s.told.back() == "offsets " + abort_required);
}

TEST_CASE("transaction: what each refusal of a partition leads to") {
  struct row {
    broker_errc code;
    transaction_state then;
    const char* asked;
  };
  const row rows[] = {
      {broker_errc::concurrent_transactions, transaction_state::open, "AddPartitionsToTxn"},
      {broker_errc::coordinator_load_in_progress, transaction_state::open, "AddPartitionsToTxn"},
      {broker_errc::unknown_topic_or_partition, transaction_state::open, "AddPartitionsToTxn"},
      {broker_errc::not_coordinator, transaction_state::open, "AddPartitionsToTxn"},
      {broker_errc::topic_authorization_failed, transaction_state::must_abort, "none"},
      {broker_errc::operation_not_attempted, transaction_state::must_abort, "none"},
      {broker_errc::transaction_abortable, transaction_state::must_abort, "none"},
      {broker_errc::invalid_producer_id_mapping, transaction_state::must_abort, "none"},
      {broker_errc::producer_fenced, transaction_state::open, "InitProducerId"},
      {broker_errc::invalid_producer_epoch, transaction_state::open, "InitProducerId"},
      {broker_errc::transactional_id_authorization_failed, transaction_state::broken, "none"},
      {broker_errc::invalid_txn_state, transaction_state::broken, "none"},
  };
  for (const auto& row : rows) {
    CAPTURE(to_string(row.code));
    stage s{false};
    s.register_id();
    REQUIRE(s.tx.begin().has_value());
    CHECK_FALSE(s.tx.admits(s.slot));
    REQUIRE(s.next(false) == "AddPartitionsToTxn");
    s.answer_partitions(row.code);
    CHECK(s.tx.now_is() == row.then);
    const bool moved = row.code == broker_errc::not_coordinator;
    CHECK(s.out.lost_transaction_coordinators.size() == (moved ? 1U : 0U));
    if (std::string_view{row.asked} == "AddPartitionsToTxn") {
      CHECK(s.next(false) == "none");  // a pause first
      CHECK(s.tx.next_deadline() > s.now);
      s.now = s.tx.next_deadline();
    }
    CHECK(s.next(false) == row.asked);
  }
}

TEST_CASE("transaction: after a lost answer in version 1 the next one has a new epoch") {
  stage s{false};
  s.register_id();
  REQUIRE(s.tx.begin().has_value());
  CHECK_FALSE(s.tx.admits(s.slot));
  REQUIRE(s.next(false) == "AddPartitionsToTxn");
  s.lose();
  REQUIRE(s.next(false) == "AddPartitionsToTxn");
  s.answer_partitions(broker_errc::none);
  CHECK(s.tx.admitted() == std::vector<core::partition_slot*>{&s.slot});
  s.tx.commit(s.now + 60s, s.tell("commit"));
  REQUIRE(s.next() == "EndTxn");
  s.answer_end(broker_errc::none);
  REQUIRE(s.next() == "InitProducerId");
  s.answer_init(broker_errc::none, 1);
  CHECK(s.next() == "none");
  CHECK(s.told.back() == "commit ok");
}

TEST_CASE("transaction: a record that failed forbids committing until an abort") {
  for (const bool second : {false, true}) {
    stage s{second};
    s.open();
    s.tx.batch_failed(error{broker_errc::message_too_large}, true);
    CHECK(s.tx.now_is() == transaction_state::must_abort);
    CHECK_FALSE(s.tx.sends());
    REQUIRE(s.tx.rejection().has_value());
    CHECK(*s.tx.rejection() == errc::abort_required);
    s.tx.commit(s.now + 1s, s.tell("commit"));
    CHECK(s.told.back() == "commit " + abort_required);
    CHECK(s.tx.begin().error() == errc::abort_required);
    s.tx.abort(s.now + 60s, s.tell("abort"));
    REQUIRE(s.next() == "EndTxn");
    CHECK_FALSE(s.commits());
    s.answer_end(broker_errc::none);
    if (!second) {
      REQUIRE(s.next() == "InitProducerId");
      s.answer_init(broker_errc::none, 1);
    }
    CHECK(s.next() == "none");
    CHECK(s.told.back() == "abort ok");
    CHECK(raw(s.who.epoch()) == 1);
  }
}

TEST_CASE("transaction: a failure while committing is told by the commit") {
  stage s{true};
  s.open();
  s.tx.commit(s.now + 60s, s.tell("commit"));
  s.tx.batch_failed(error{errc::batch_expired}, true);
  CHECK(s.told.back() == "commit " + abort_required);
  CHECK(s.next() == "none");
}

TEST_CASE("transaction: an epoch refused because of a time-out is recovered from") {
  for (const bool second : {false, true}) {
    for (const bool same : {true, false}) {
      CAPTURE(second);
      CAPTURE(same);
      stage s{second};
      s.open();
      s.tx.batch_persisted();
      s.tx.commit(s.now + 60s, s.tell("commit"));
      REQUIRE(s.next() == "EndTxn");
      s.answer_end(same ? broker_errc::invalid_txn_state : broker_errc::producer_fenced);
      REQUIRE(s.next() == "InitProducerId");
      CHECK(raw(s.read<protocol::init_producer_id_request>(4).epoch) == 0);
      if (!same) {
        s.answer_init(broker_errc::producer_fenced);
        REQUIRE(s.next() == "InitProducerId");
        CHECK(raw(s.read<protocol::init_producer_id_request>(4).epoch) == 1);
      }
      s.answer_init(broker_errc::none, 2);
      CHECK(s.told.back() == "commit " + abort_required);
      CHECK(s.tx.cause().detail().find("transaction.timeout.ms") != std::string::npos);
      s.tx.abort(s.now + 60s, s.tell("abort"));
      CHECK(s.next() == "none");  // nobody has anything to end
      CHECK(s.told.back() == "abort ok");
      CHECK(raw(s.who.epoch()) == 2);
      CHECK(s.tx.begin().has_value());
    }
  }
}

TEST_CASE("transaction: an epoch refused because of another instance is final") {
  for (const bool known : {true, false}) {
    stage s{true};
    s.open();
    if (known) s.tx.batch_persisted();
    s.tx.epoch_refused(error{broker_errc::invalid_producer_epoch});
    CHECK_FALSE(s.tx.sends());
    REQUIRE(s.next(false) == "InitProducerId");
    s.answer_init(broker_errc::producer_fenced);
    // A transaction that the coordinator never knew cannot have timed out.
    if (known) {
      REQUIRE(s.next(false) == "InitProducerId");
      s.answer_init(broker_errc::producer_fenced);
    }
    CHECK(s.tx.now_is() == transaction_state::broken);
    CHECK(s.tx.cause() == errc::fenced);
    CHECK(s.next() == "none");
    s.tx.abort(s.now + 1s, s.tell("abort"));
    CHECK(s.told.back() == "abort " + fenced);
    CHECK(s.tx.begin().error() == errc::fenced);
  }
}

TEST_CASE("transaction: where epochs cannot be asked about, a refusal is another instance's") {
  stage s{false};
  s.open();
  s.tx.epoch_refused(error{broker_errc::invalid_producer_epoch});
  REQUIRE(s.next(false) == "InitProducerId");
  core::response unable;
  unable.failure = error{errc::unsupported_by_broker};
  s.tx.digest(unable, s.now, s.out);
  CHECK(s.tx.cause() == errc::fenced);
}

TEST_CASE("transaction: an id that the coordinator has forgotten is registered anew by an abort") {
  for (const bool second : {false, true}) {
    stage s{second};
    s.open();
    s.tx.commit(s.now + 60s, s.tell("commit"));
    REQUIRE(s.next() == "EndTxn");
    s.answer_end(broker_errc::invalid_producer_id_mapping);
    CHECK(s.told.back() == "commit " + abort_required);
    s.tx.abort(s.now + 60s, s.tell("abort"));
    REQUIRE(s.next() == "InitProducerId");
    s.answer_init(broker_errc::none, 0);
    CHECK(s.next() == "none");
    CHECK(s.told.back() == "abort ok");
  }
}

TEST_CASE("transaction: registering waits out what may pass and is told what may not") {
  stage s{true};
  s.tx.init(s.now + 5s, s.tell("init"));
  for (const auto code : {broker_errc::concurrent_transactions, broker_errc::coordinator_load_in_progress,
                          broker_errc::coordinator_not_available}) {
    REQUIRE(s.next() == "InitProducerId");
    s.answer_init(code);
    s.now = s.tx.next_deadline();
  }
  s.now += 5s;
  (void)s.next();
  CHECK(s.told.back() == "init " + timed_out);
  s.tx.init(s.now + 5s, s.tell("init"));
  if (!s.asked) REQUIRE(s.next() == "InitProducerId");
  s.answer_init(broker_errc::invalid_transaction_timeout);
  CHECK(s.told.back().find("INVALID_TRANSACTION_TIMEOUT") != std::string::npos);
  CHECK(s.tx.now_is() == transaction_state::broken);
}

TEST_CASE("transaction: a coordinator that throttles is left alone; stopping ends every call") {
  stage s{true};
  s.register_id();
  REQUIRE(s.tx.begin().has_value());
  s.tx.admits(s.slot);
  s.tx.commit(s.now + 60s, s.tell("commit"));
  REQUIRE(s.next() == "EndTxn");
  protocol::end_txn_response slow;
  slow.throttle_time_ms = 300;
  slow.error_code = static_cast<std::int16_t>(broker_errc::concurrent_transactions);
  s.answer(protocol::ref(slow), 5);
  REQUIRE(s.out.throttled.size() == 1);
  CHECK(s.out.throttled[0].second == s.now + 300ms);
  s.tx.stop(error{errc::closed});
  CHECK(s.told.back().find("commit CLOSED") != std::string::npos);
}
