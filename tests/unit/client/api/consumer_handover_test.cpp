// Tests: chunk_unpacker.cpp, record_batches.cpp
#include "api/consumer_handover.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/records/batch_builder.hpp>

#include "core/consumer/consumer_script.hpp"

namespace kwire::test {
namespace {

using api_detail::consumer_handover;

struct handing_over {
  explicit handing_over(const core::consumer_settings& given = {})
      : settings(given), handover(settings, [this] { ++woken; }) {
    handover.set_paused(tp(0), false);
    version = handover.start(tp(0), 0).version;
  }

  core::fetched_chunk chunk(bytes records, std::int64_t from, std::int64_t next) {
    auto memory = std::make_shared<bytes>(std::move(records));
    core::fetched_chunk made;
    made.where = tp(0);
    made.version = version;
    made.from = from;
    made.next = next;
    made.keep = {memory, bytes_view{*memory}};
    made.records = *memory;
    return made;
  }
  void arrive(core::fetched_chunk made) {
    std::vector<core::fetched_chunk> list;
    list.push_back(std::move(made));
    handover.fetched(std::move(list));
  }
  consumer_handover::turn poll() {
    handover.begin_poll();
    auto turn = handover.take(now);
    handover.end_poll(now);
    return turn;
  }
  static std::vector<std::int64_t> offsets(consumer_handover::turn& turn) {
    std::vector<std::int64_t> list;
    if (!turn.records) return list;
    const record_batches batch{std::move(turn.records)};
    for (const auto& record : batch) list.push_back(record.offset());
    return list;
  }

  core::consumer_settings settings;
  int woken = 0;
  time_point now{std::chrono::hours{1}};
  consumer_handover handover;
  core::position_version version = 0;
};

TEST_CASE("records below the position are left out, the position moves at hand-over") {
  handing_over run;
  run.version = run.handover.start(tp(0), 1).version;
  run.arrive(run.chunk(make_batch(0, 4), 1, 6));
  CHECK(run.handover.position(tp(0)) == 1);
  auto turn = run.poll();
  CHECK(run.handover.position(tp(0)) == 6);  // the gap behind the last record counts
  CHECK(run.offsets(turn) == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("automatic commits cover what a later poll has superseded, never what is in hand") {
  handing_over run;
  run.arrive(run.chunk(make_batch(0, 4), 0, 4));
  auto first = run.poll();
  CHECK(run.handover.superseded().empty());
  run.arrive(run.chunk(make_batch(4, 2), 4, 6));
  auto second = run.poll();
  REQUIRE(run.handover.superseded().size() == 1);
  CHECK(run.handover.superseded()[0].offset == 4);
  run.handover.start(tp(0), 2);  // a seek: the old period says nothing about the new one
  CHECK(run.handover.superseded().empty());
}

TEST_CASE("max.poll.records splits batches and loses nothing") {
  core::consumer_settings settings;
  settings.max_poll_records = 3;
  handing_over run{settings};
  auto records = make_batch(0, 4);
  const auto more = make_batch(4, 4);
  records.insert(records.end(), more.begin(), more.end());
  run.arrive(run.chunk(std::move(records), 0, 8));
  std::vector<std::int64_t> all;
  for (const std::size_t expected : {3U, 3U, 2U}) {
    auto turn = run.poll();
    const auto some = run.offsets(turn);
    CHECK(some.size() == expected);
    all.insert(all.end(), some.begin(), some.end());
    CHECK(run.handover.position(tp(0)) == all.back() + 1);
  }
  CHECK(all == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("a broken batch: what precedes it, then once more, then the error with its offset") {
  handing_over run;
  auto records = make_batch(0, 2);
  auto broken = make_batch(2, 2);
  broken.back() ^= std::byte{0x55};
  records.insert(records.end(), broken.begin(), broken.end());
  run.arrive(run.chunk(records, 0, 4));
  auto turn = run.poll();
  REQUIRE(turn.fetch_again.size() == 1);
  CHECK(turn.fetch_again[0].offset == 2);
  CHECK(run.offsets(turn) == std::vector<std::int64_t>{0, 1});

  run.version = turn.fetch_again[0].version;
  run.arrive(run.chunk(broken, 2, 4));
  turn = run.poll();
  REQUIRE(turn.failure);
  CHECK(*turn.failure == errc::corrupt_data);
  CHECK(turn.failure->offset() == 2);
  CHECK(turn.halted == std::vector{tp(0)});
  CHECK(run.handover.position(tp(0)) == 2);
}

TEST_CASE("a batch above the cap is told with its offset and the next one, which a seek goes on at") {
  core::consumer_settings small;
  small.max_decompressed_bytes = 1000;
  handing_over run{small};
  bytes buffer(64 * 1024);
  protocol::batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  const std::string zeros(5000, '0');
  REQUIRE(builder.append(1, std::nullopt, as_bytes(zeros)));
  protocol::compressor packer;
  const auto sealed = builder.seal({}, {protocol::codec::gzip}, &packer);
  bytes records{sealed.begin(), sealed.end()};
  const auto after = make_batch(1, 1);
  records.insert(records.end(), after.begin(), after.end());
  run.arrive(run.chunk(records, 0, 2));
  auto turn = run.poll();
  REQUIRE(turn.fetch_again.size() == 1);
  run.version = turn.fetch_again[0].version;
  run.arrive(run.chunk(records, 0, 2));
  turn = run.poll();
  REQUIRE(turn.failure);
  CHECK(*turn.failure == errc::batch_too_large);
  CHECK(turn.failure->offset() == 0);
  CHECK(turn.failure->message().find("next batch begins at offset 1") != std::string::npos);
  CHECK(turn.halted == std::vector{tp(0)});

  run.version = run.handover.start(tp(0), 1).version;
  run.arrive(run.chunk(records, 1, 2));
  turn = run.poll();
  CHECK(run.offsets(turn) == std::vector<std::int64_t>{1});
}

TEST_CASE("what belongs to an earlier period is dropped and its memory freed") {
  handing_over run;
  run.arrive(run.chunk(make_batch(0, 2), 0, 2));
  CHECK(run.handover.used_bytes(0) > 0);
  run.handover.start(tp(0), 100);
  auto turn = run.poll();
  CHECK(!turn.failure);
  CHECK(run.offsets(turn).empty());
  CHECK(run.handover.used_bytes(0) == 0);
  run.version = run.handover.start(tp(0), 0).version;
  run.arrive(run.chunk(make_batch(0, 2), 0, 2));
  run.handover.drop({tp(0)});
  CHECK(run.handover.used_bytes(0) == 0);
}

TEST_CASE("batches in hand count in the budget; letting go of them wakes the fetcher once") {
  handing_over run;
  run.arrive(run.chunk(make_batch(0, 50), 0, 50));
  auto turn = run.poll();
  const auto used = run.handover.used_bytes(0);
  CHECK(used > 0);
  CHECK(run.handover.used_bytes(used) == used);
  turn.records.reset();
  CHECK(run.woken == 1);
  CHECK(run.handover.used_bytes(0) == 0);
}

TEST_CASE("nothing is handed over once the session has ended by our clock") {
  handing_over run;
  run.arrive(run.chunk(make_batch(0, 2), 0, 2));
  run.handover.session_ends(run.now);
  auto turn = run.poll();
  CHECK(run.offsets(turn).empty());
  run.handover.session_ends(run.now + seconds{1});
  turn = run.poll();
  CHECK(run.offsets(turn).size() == 2);
}

bytes transactional(std::int64_t base, std::int32_t count, bool control, std::int16_t marker = 0) {
  bytes buffer(4096);
  protocol::batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  const std::byte key[4]{{}, {}, {}, static_cast<std::byte>(marker)};
  const std::byte value[6]{};
  for (std::int32_t i = 0; i < count; ++i) {
    (void)builder.append(1, control ? std::optional{bytes_view{key}} : std::nullopt, bytes_view{value});
  }
  protocol::batch_stamp stamp{producer_id{9}, producer_epoch{0}, control ? -1 : 0, true};
  stamp.control = control;
  const auto sealed = builder.seal(stamp);
  protocol::store(sealed.data(), base);
  return {sealed.begin(), sealed.end()};
}

TEST_CASE("read_committed hides aborted records and markers, and shows what follows") {
  core::consumer_settings settings;
  settings.level = core::isolation::read_committed;
  handing_over run{settings};
  bytes records;
  for (const auto& part : {transactional(0, 2, false), transactional(2, 1, true, 0),
                           transactional(3, 2, false), transactional(5, 1, true, 1), make_batch(6, 1)}) {
    records.insert(records.end(), part.begin(), part.end());
  }
  auto chunk = run.chunk(std::move(records), 0, 7);
  chunk.aborted.emplace_back().producer = producer_id{9};
  run.arrive(std::move(chunk));
  auto turn = run.poll();
  CHECK(run.offsets(turn) == std::vector<std::int64_t>{3, 4, 6});
  CHECK(run.handover.position(tp(0)) == 7);
}

TEST_CASE("an interruption ends the next wait, once") {
  handing_over run;
  run.handover.interrupt();
  CHECK(*run.poll().failure == errc::interrupted);
  CHECK(!run.poll().failure);
}

}  // namespace
}  // namespace kwire::test
