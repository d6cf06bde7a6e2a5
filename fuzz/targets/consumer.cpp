// Fetcher, fetch sessions and positions: a consumer of given partitions among hostile brokers.
#include "core/consumer/consumer_script.hpp"
#include "support/reactor_game.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

void step(test::consumer_script& run, fuzz::input& in, core::position_version& last) {
  switch (in.below(16)) {
    case 0: return run.pass(std::chrono::milliseconds{in.number<std::uint16_t>()});
    case 1: (void)run.pass_to_deadline(); return;
    case 2: {
      const auto partitions = static_cast<std::int32_t>(in.below(4));
      const auto leader = node_id{static_cast<std::int32_t>(in.below(3)) - 1};
      return run.metadata(partitions, leader, in.flag());
    }
    case 3: {
      const auto where = test::tp(static_cast<std::int32_t>(in.below(3)));
      run.core.pause({where}, in.flag());
      return run.step();
    }
    case 4: {
      const auto where = test::tp(static_cast<std::int32_t>(in.below(3)));
      const auto offset = in.flag() ? std::int64_t{in.number<std::int8_t>()} : -1;
      run.core.start({{where, ++last, offset}});
      return run.step();
    }
    case 5: run.core.drop({test::tp(static_cast<std::int32_t>(in.below(3)))}); return run.step();
    case 6: run.sink.used = in.flag() ? 0 : std::size_t{1} << 40; return run.step();
    case 7:
      run.core.list_offsets({}, run.now + std::chrono::seconds{5}, [](auto) {}, run.now);
      return run.step();
    default:
      fuzz::answer_one(run.requests, in, run.now, [&](std::uint64_t token, core::response back) {
        run.core.handle(token, std::move(back), run.now);
        run.step();
      });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, std::min<std::size_t>(size, 8192)};
  core::consumer_settings settings;
  settings.reset = static_cast<core::reset_policy>(in.below(3));
  settings.level = static_cast<core::isolation>(in.below(2));
  settings.partition_eof = in.flag();
  if (in.flag()) settings.group_id = "g";
  test::consumer_script run{settings};
  run.metadata(2, node_id{1}, in.flag());
  run.core.start({{test::tp(0), 1, 0}, {test::tp(1), 2, -1}});
  run.step();
  core::position_version version = 2;
  std::size_t seen = 0;
  while (!in.empty()) {
    step(run, in, version);
    for (; seen < run.sink.chunks.size(); ++seen) {
      const auto& chunk = run.sink.chunks[seen];
      fuzz::require(chunk.next >= chunk.from || chunk.fault, "positions never go back");
      std::size_t sum = 0;
      for (auto octet : chunk.records) sum += std::to_integer<std::size_t>(octet);
      fuzz::require(sum + 1 > 0, "records stay readable");
    }
    fuzz::require(run.requests.size() < 64, "requests do not pile up");
  }
  return 0;
}
