// Records that a broker refuses by name (KIP-467): they fail, the others of their batch go out again.
#include <doctest/doctest.h>

#include "core/producer/producer_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using test::producer_rig;
using test::sent_request;

namespace {

using values = std::vector<std::uint64_t>;
using named = std::vector<std::pair<std::int32_t, const char*>>;

/// Says no to the only batch, and why.
void refuse(producer_rig& rig, const sent_request& sent, const named& records,
            broker_errc code = broker_errc::invalid_record) {
  protocol::produce_response message;
  auto& topic = message.responses.emplace_back();
  topic.name = "t";
  auto& partition = topic.partition_responses.emplace_back();
  partition.error_code = static_cast<std::int16_t>(code);
  partition.base_offset = -1;
  partition.error_message = "of the batch";
  for (const auto& [index, text] : records) {
    auto& one = partition.record_errors.emplace_back();
    one.batch_index = index;
    if (text != nullptr) one.batch_index_error_message = text;
  }
  rig.answer(sent, message);
}

/// Record 100 is in the log; 0 to `count` - 1 are under way in one batch.
sent_request one_batch(producer_rig& rig, std::uint64_t count) {
  rig.settings.linger = 10ms;
  rig.leaders("t", {1});
  rig.add("t", 0, 100);
  rig.pass(20ms);
  rig.answer(rig.one());
  for (std::uint64_t i = 0; i < count; ++i) rig.add("t", 0, i);
  rig.pass(20ms);
  return rig.one();
}

bool says(const std::string& fate, std::string_view start, std::string_view part) {
  return fate.starts_with(start) && fate.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("refused records: those that are named fail with what was said, the others are persisted") {
  producer_rig rig;
  const auto sent = one_batch(rig, 5);
  refuse(rig, sent, {{3, "no key"}, {1, nullptr}});
  CHECK(says(rig.fate(3), "not persisted", "no key"));
  CHECK(says(rig.fate(1), "not persisted", "of the batch"));
  CHECK(rig.fate(0) == "none");
  rig.pass(20ms);
  const auto again = rig.one();
  REQUIRE(again.batches[0].values == values{0, 2, 4});
  // The numbers of the refused batch are lost: a new epoch, from the beginning.
  CHECK(again.batches[0].id == sent.batches[0].id);
  CHECK(raw(again.batches[0].epoch) == raw(sent.batches[0].epoch) + 1);
  CHECK(again.batches[0].sequence == 0);
  rig.answer(again, broker_errc::none, 50);
  CHECK(rig.fate(0) == "persisted at 50");
  CHECK(rig.fate(2) == "persisted at 51");
  CHECK(rig.fate(4) == "persisted at 52");
  CHECK(rig.core().unfinished_records() == 0);
  CHECK(rig.slot("t", 0).unanswered == 0);
}

TEST_CASE("refused records: what was sent behind the batch keeps its place") {
  producer_rig rig;
  const auto sent = one_batch(rig, 2);
  rig.add("t", 0, 7);
  rig.pass(20ms);
  const auto behind = rig.one();
  refuse(rig, sent, {{0, "bad"}});
  CHECK(rig.step().empty());  // what is under way comes back first
  rig.answer(behind, broker_errc::out_of_order_sequence_number);
  rig.pass(2s);
  const auto again = rig.step();
  REQUIRE(again.size() == 1);  // nothing is acknowledged under the new epoch: one at a time
  CHECK(again[0].batches[0].values == values{1});
  rig.answer(again[0], broker_errc::none, 5);
  const auto last = rig.one();
  CHECK(last.batches[0].values == values{7});
  CHECK(last.batches[0].sequence == 1);
  rig.answer(last, broker_errc::none, 6);
  CHECK(rig.fate(1) == "persisted at 5");
  CHECK(rig.fate(7) == "persisted at 6");
}

TEST_CASE("refused records: all of a batch, one after the other, and numbers that are no record's") {
  producer_rig rig;
  refuse(rig, one_batch(rig, 2), {{0, "a"}, {1, "b"}, {1, "c"}, {2, "d"}, {-1, "e"}});
  CHECK(says(rig.fate(0), "not persisted", "a"));
  CHECK(says(rig.fate(1), "not persisted", "b"));
  CHECK(rig.core().unfinished_records() == 0);
  CHECK(rig.slot("t", 0).unanswered == 0);

  for (std::uint64_t i = 10; i < 13; ++i) rig.add("t", 0, i);
  rig.pass(20ms);
  for (int round = 0; round < 2; ++round) {
    refuse(rig, rig.one(), {{0, "first"}});
    rig.pass(20ms);
  }
  refuse(rig, rig.one(), {{9, "nobody"}});
  CHECK(says(rig.fate(10), "not persisted", "first"));
  CHECK(says(rig.fate(11), "not persisted", "first"));
  CHECK(says(rig.fate(12), "not persisted", "of the batch"));
  CHECK(rig.step().empty());
}

TEST_CASE("refused records: a batch that may be in the log is not taken apart") {
  producer_rig rig;
  const auto sent = one_batch(rig, 2);
  rig.lose(sent, true);
  rig.pass(2s);
  refuse(rig, rig.one(), {{0, "bad"}});
  CHECK(says(rig.fate(0), "possibly persisted", "of the batch"));
  CHECK(says(rig.fate(1), "possibly persisted", "of the batch"));
  rig.pass(2s);
  CHECK(rig.step().empty());
}

TEST_CASE("refused records: without idempotence, and compressed") {
  producer_rig rig;
  rig.settings.idempotence = false;
  rig.settings.codec = protocol::codec::lz4;
  const auto sent = one_batch(rig, 300);
  REQUIRE(sent.batches[0].sequence == -1);
  refuse(rig, sent, {{7, "bad"}, {299, "bad too"}}, broker_errc::invalid_timestamp);
  const auto again = rig.one();
  CHECK(again.batches[0].values.size() == 298);
  CHECK(again.batches[0].sequence == -1);
  rig.answer(again, broker_errc::none, 1000);
  CHECK(rig.fate(6) == "persisted at 1006");
  CHECK(rig.fate(8) == "persisted at 1007");
  CHECK(rig.fate(298) == "persisted at 1297");
  CHECK(says(rig.fate(299), "not persisted", "bad too"));
}
