// Commits, committed offsets and look-ups of a consumer without a member, with a hostile coordinator.
#include "core/consumer/consumer_script.hpp"
#include "support/reactor_game.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, std::min<std::size_t>(size, 8192)};
  core::consumer_settings settings;
  settings.group_id = "g";
  settings.reset = core::reset_policy::earliest;
  test::consumer_script run{settings};
  run.metadata(3, node_id{1}, in.flag());
  int asked = 0;
  int told = 0;
  const auto note = [&](const auto&) { ++told; };
  while (!in.empty()) {
    const auto where = test::tp(static_cast<std::int32_t>(in.below(4)));
    // Drawn one after the other: compilers evaluate arguments in orders of their own.
    const auto what = in.below(8);
    const auto number = what < 3 ? in.number<std::int32_t>() : 0;
    const auto limit = run.now + std::chrono::milliseconds{what < 3 ? in.number<std::uint16_t>() : 0};
    if (what < 3) ++asked;
    switch (what) {
      case 0: run.core.commit({{where, number}}, limit, note, run.now); break;
      case 1: run.core.fetch_committed({where}, limit, note, run.now); break;
      case 2: run.core.list_offsets({{where, number % 65536}}, limit, note, run.now); break;
      case 3: run.pass(std::chrono::milliseconds{in.number<std::uint16_t>()}); break;
      case 4: (void)run.pass_to_deadline(); break;
      default:
        fuzz::answer_one(run.requests, in, run.now, [&](std::uint64_t token, core::response back) {
          run.core.handle(token, std::move(back), run.now);
        });
    }
    run.step();
  }
  fuzz::pass_all(run, std::chrono::seconds{5}, 40);
  fuzz::require(told == asked, "every call is told once, by its deadline",
                [&] { return std::to_string(told) + " of " + std::to_string(asked); });
  return 0;
}
