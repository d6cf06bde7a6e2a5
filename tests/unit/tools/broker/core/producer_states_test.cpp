#include "core/producer_states.hpp"

#include "script.hpp"

namespace kwire::embedded {
namespace {

protocol::batch_view batch(std::int16_t epoch, std::int32_t sequence, std::int32_t count = 1) {
  protocol::batch_view made;
  made.producer_id = producer_id{7};
  made.producer_epoch = producer_epoch{epoch};
  made.base_sequence = sequence;
  made.last_offset = count - 1;
  made.count = count;
  return made;
}

struct partition_side {
  producer_states states;
  std::int64_t end = 0;

  broker_errc take(const protocol::batch_view& what) {
    const auto verdict = states.check(what);
    if (verdict.error == broker_errc::none && !verdict.duplicate) {
      states.appended(what, end, -1);
      end += what.count;
    }
    return verdict.error;
  }
};

TEST_CASE("sequences follow each other, gaps are refused") {
  partition_side side;
  CHECK(side.take(batch(0, 0, 3)) == broker_errc::none);
  CHECK(side.take(batch(0, 4)) == broker_errc::out_of_order_sequence_number);
  CHECK(side.take(batch(0, 3, 2)) == broker_errc::none);
  CHECK(side.end == 5);
}

TEST_CASE("the last five batches are recognised when they come again, older ones are out of order") {
  partition_side side;
  for (std::int32_t i = 0; i < 7; ++i) CHECK(side.take(batch(0, i)) == broker_errc::none);
  for (std::int32_t i = 2; i < 7; ++i) {
    const auto verdict = side.states.check(batch(0, i));
    CHECK(verdict.duplicate);
    CHECK(verdict.base_offset == i);
  }
  CHECK(side.take(batch(0, 1)) == broker_errc::out_of_order_sequence_number);
  // Half of a known batch is neither new nor a repetition.
  CHECK(side.take(batch(0, 6, 2)) == broker_errc::out_of_order_sequence_number);
}

TEST_CASE("a new epoch starts at zero and fences the old one") {
  partition_side side;
  CHECK(side.take(batch(3, 0)) == broker_errc::none);
  CHECK(side.take(batch(4, 1)) == broker_errc::out_of_order_sequence_number);
  CHECK(side.take(batch(4, 0)) == broker_errc::none);
  CHECK(side.take(batch(3, 1)) == broker_errc::invalid_producer_epoch);
  CHECK(side.take(batch(4, 1)) == broker_errc::none);
}

TEST_CASE("an unknown producer may go on anywhere") {
  partition_side side;
  CHECK(side.take(batch(0, 4711)) == broker_errc::none);
  CHECK(side.take(batch(0, 4712)) == broker_errc::none);
}

TEST_CASE("sequences wrap to zero") {
  partition_side side;
  CHECK(side.take(batch(0, INT32_MAX - 1, 3)) == broker_errc::none);  // MAX-1, MAX, 0
  CHECK(side.states.check(batch(0, INT32_MAX - 1, 3)).duplicate);
  CHECK(side.take(batch(0, 1)) == broker_errc::none);
  CHECK(side.take(batch(0, INT32_MAX - 3)) == broker_errc::out_of_order_sequence_number);
  CHECK(advance_sequence(INT32_MAX, 1) == 0);
}

TEST_CASE("idle producers are forgotten, those in a transaction are not") {
  producer_states states;
  states.expire_after(1000);
  states.appended(batch(0, 0), 0, -1, 5000);
  auto open = batch(0, 0);
  open.producer_id = producer_id{8};
  open.attributes = protocol::batch_flag::transactional;
  open.magic = 2;
  states.appended(open, 1, -1, 5000);
  CHECK(states.check(batch(0, 5), 6000).error == broker_errc::out_of_order_sequence_number);
  CHECK(states.check(batch(0, 5), 6001).error == broker_errc::none);
  CHECK(states.size() == 1);
  open.base_sequence = 5;
  CHECK(states.check(open, 60'000).error == broker_errc::out_of_order_sequence_number);
  CHECK(states.forget(producer_id{8}));
  CHECK_FALSE(states.forget(producer_id{8}));
  CHECK(states.first_unstable_offset(2) == 2);
}

TEST_CASE("producers that never come again do not pile up") {
  producer_states states;
  states.expire_after(1000);
  for (int i = 0; i < 5000; ++i) {
    auto one = batch(0, 0);
    one.producer_id = producer_id{i};
    states.appended(one, i, -1, i * 10);
  }
  CHECK(states.size() < 1500);
}

TEST_CASE("a marker ends the transaction and may bring the next epoch") {
  producer_states states;
  auto one = batch(3, 0);
  one.magic = 2;
  one.attributes = protocol::batch_flag::transactional;
  states.appended(one, 10, -1);
  CHECK(states.in_transaction(producer_id{7}, producer_epoch{3}));
  CHECK(states.first_unstable_offset(20) == 10);
  auto plain = batch(3, 1);
  plain.magic = 2;
  CHECK(states.check(plain).error == broker_errc::invalid_txn_state);
  CHECK(states.check_marker(producer_id{7}, producer_epoch{2}, 0) == broker_errc::invalid_producer_epoch);
  CHECK(states.check_marker(producer_id{7}, producer_epoch{4}, 0) == broker_errc::none);
  states.ended(producer_id{7}, producer_epoch{4}, 5, false, 11);
  CHECK_FALSE(states.in_transaction(producer_id{7}, producer_epoch{4}));
  CHECK(states.first_unstable_offset(11) == 10);  // the marker may still be lost
  CHECK(states.first_unstable_offset(12) == 12);
  CHECK(states.check_marker(producer_id{7}, producer_epoch{4}, 4) ==
        broker_errc::transaction_coordinator_fenced);
  CHECK(states.check(one).error == broker_errc::invalid_producer_epoch);
  auto next = batch(4, 1);
  CHECK(states.check(next).error == broker_errc::out_of_order_sequence_number);
  next.base_sequence = 0;
  CHECK(states.check(next).error == broker_errc::none);
  CHECK(states.aborted_within(0, 10).empty());
  CHECK(states.aborted_within(0, 11).size() == 1);
  CHECK(states.aborted_within(11, 12).size() == 1);
  CHECK(states.aborted_within(12, 20).empty());
  states.trim(12, 12);
  CHECK(states.aborted_within(0, 11).empty());
}

}  // namespace
}  // namespace kwire::embedded
