// Epochs that are refused, given and asked for between transactions.
#include <doctest/doctest.h>

#include "core/producer/transaction_stage.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using core::transaction_state;
using stage = test::transaction_stage;
using test::abort_required;
using test::fenced;

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
      // A batch of the old epoch that was still under way: nothing to ask about, and above all not with the
      // epoch after ours, which may be another instance's.
      s.tx.epoch_refused(error{broker_errc::invalid_producer_epoch});
      CHECK(s.next(false) == "none");
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

TEST_CASE("transaction: an epoch refused after an end that may have taken effect is another instance's") {
  for (const bool second : {false, true}) {
    stage s{second};
    s.open();
    s.tx.batch_persisted();
    s.tx.commit(s.now + 60s, s.tell("commit"));
    REQUIRE(s.next() == "EndTxn");
    // Committed and then taken over: the epoch has been raised by one, as by a time-out.
    SUBCASE("no answer") { s.lose(); }
    SUBCASE("an answer that leaves it open") {
      s.answer_end(broker_errc::coordinator_not_available);
      s.now = s.tx.next_deadline();
    }
    REQUIRE(s.next() == "EndTxn");
    s.answer_end(broker_errc::producer_fenced);
    REQUIRE(s.next() == "InitProducerId");
    s.answer_init(broker_errc::producer_fenced);
    CHECK(s.next() == "none");
    CHECK(s.told.back() == "commit " + fenced);
    CHECK(s.tx.cause().detail().find("is not known") != std::string::npos);
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
