// Tests: transaction_bodies.cpp
#include "core/producer/transaction.hpp"

#include <doctest/doctest.h>

#include "core/producer/transaction_stage.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using core::transaction_state;
using stage = test::transaction_stage;
using test::abort_required;
using test::fenced;
using test::timed_out;

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

TEST_CASE("transaction: what ended after its call had run out of time is told to the same call") {
  stage s{true};
  s.tx.init(s.now + 1s, s.tell("init"));
  REQUIRE(s.next() == "InitProducerId");
  s.now += 2s;
  CHECK(s.next() == "none");
  CHECK(s.told.back() == "init " + timed_out);
  s.answer_init(broker_errc::none);
  s.tx.init(s.now + 1s, s.tell("init"));
  CHECK(s.told.back() == "init ok");
  s.tx.init(s.now + 1s, s.tell("init"));
  CHECK(s.told.back().find("init INVALID_STATE") != std::string::npos);
  for (const bool commit : {true, false}) {
    const auto end = [&](bool commits) {
      commits ? s.tx.commit(s.now + 1s, s.tell("end")) : s.tx.abort(s.now + 1s, s.tell("end"));
    };
    s.slot.topic = &s.topic;
    s.open();
    end(commit);
    REQUIRE(s.next() == "EndTxn");
    s.now += 2s;
    CHECK(s.next() == "none");
    CHECK(s.told.back() == "end " + timed_out);
    s.answer_end(broker_errc::none);
    CHECK(s.next() == "none");
    end(!commit);  // too late
    CHECK(s.told.back().find("end INVALID_STATE") != std::string::npos);
    end(commit);
    CHECK(s.told.back() == "end ok");
    end(commit);
    CHECK(s.told.back().find("end INVALID_STATE") != std::string::npos);
  }
}

TEST_CASE("transaction: what was never begun is not ended") {
  stage s{false};
  s.register_id();
  REQUIRE(s.tx.begin().has_value());
  CHECK_FALSE(s.tx.admits(s.slot));
  REQUIRE(s.next(false) == "AddPartitionsToTxn");
  s.answer_partitions(broker_errc::not_coordinator);
  s.tx.abort(s.now + 60s, s.tell("abort"));
  s.now = s.tx.next_deadline();
  CHECK(s.next() == "none");
  CHECK(s.told.back() == "abort ok");
  // Without an answer nobody knows. The coordinator says that there was nothing, and yet there may be: under
  // the old epoch.
  REQUIRE(s.tx.begin().has_value());
  CHECK_FALSE(s.tx.admits(s.slot));
  REQUIRE(s.next(false) == "AddPartitionsToTxn");
  s.lose();
  s.tx.abort(s.now + 60s, s.tell("abort"));
  REQUIRE(s.next() == "EndTxn");
  s.answer_end(broker_errc::invalid_txn_state);
  REQUIRE(s.next() == "InitProducerId");
  s.answer_init(broker_errc::none, 1);
  CHECK(s.next() == "none");
  CHECK(s.told.back() == "abort ok");
  CHECK(s.tx.now_is() == transaction_state::ready);
}

TEST_CASE("transaction: a pause that is over is no deadline any more, whatever else is waited for") {
  stage s{false};
  s.register_id();
  REQUIRE(s.tx.begin().has_value());
  CHECK_FALSE(s.tx.admits(s.slot));
  REQUIRE(s.next(false) == "AddPartitionsToTxn");
  s.answer_partitions(broker_errc::concurrent_transactions);
  s.tx.abort(s.now + 60s, s.tell("abort"));
  s.now = s.tx.next_deadline();
  CHECK(s.next(false) == "none");  // a batch is under way
  CHECK(s.tx.next_deadline() > s.now);
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

TEST_CASE("transaction: a failure while committing is told by the commit") {
  stage s{true};
  s.open();
  s.tx.commit(s.now + 60s, s.tell("commit"));
  s.tx.batch_failed(error{errc::batch_expired}, true);
  CHECK(s.told.back() == "commit " + abort_required);
  CHECK(s.next() == "none");
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
