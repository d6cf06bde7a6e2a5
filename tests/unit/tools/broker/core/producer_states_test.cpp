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

TEST_CASE("the last five batches are recognised when they come again, older ones only as old") {
  partition_side side;
  for (std::int32_t i = 0; i < 7; ++i) CHECK(side.take(batch(0, i)) == broker_errc::none);
  for (std::int32_t i = 2; i < 7; ++i) {
    const auto verdict = side.states.check(batch(0, i));
    CHECK(verdict.duplicate);
    CHECK(verdict.base_offset == i);
  }
  CHECK(side.take(batch(0, 1)) == broker_errc::duplicate_sequence_number);
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
  CHECK(side.take(batch(0, INT32_MAX - 3)) == broker_errc::duplicate_sequence_number);
  CHECK(advance_sequence(INT32_MAX, 1) == 0);
}

}  // namespace
}  // namespace kwire::embedded
