#include "runner.hpp"

namespace kwire::sim {

outcome_of_run run_once(std::uint64_t seed, const fault_plan& plan, mutant wrong, bool printed) {
  world one{scenario{seed}, plan, wrong, printed};
  return one.run();
}

outcome_of_run run_seed(std::uint64_t seed, mutant wrong, bool printed) {
  return run_once(seed, draw_plan(scenario{seed}), wrong, printed);
}

fault_plan shrink(std::uint64_t seed, mutant wrong, const violation& kept) {
  auto plan = draw_plan(scenario{seed});
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (std::size_t i = 0; i < plan.size(); ++i) {
      auto without = plan;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      const auto outcome = run_once(seed, without, wrong, false);
      if (!outcome.broken || outcome.broken->invariant != kept.invariant) continue;
      plan = std::move(without);
      shorter = true;
      break;
    }
  }
  return plan;
}

std::string describe_failure(std::uint64_t seed, mutant wrong, const violation& what) {
  std::string text = "seed " + std::to_string(seed) + " breaks " + what.invariant + " after " +
                     std::to_string(what.when / millisecond) + " ms: " + what.what + "\n";
  const scenario plan{seed};
  text += "  options:" + plan.describe() + "\n";
  const auto shortest = shrink(seed, wrong, what);
  text += "  " + std::to_string(shortest.size()) + " of " + std::to_string(draw_plan(plan).size()) +
          " misfortunes are enough:\n";
  for (const auto& one : shortest) text += "    " + one.describe() + "\n";
  return text + "  see it: tools/sim --seed " + std::to_string(seed) + "\n";
}

std::optional<caught> catch_mutant(const mutant_info& which, std::uint64_t first, std::uint64_t seeds) {
  for (auto seed = first; seed < first + seeds; ++seed) {
    const auto outcome = run_seed(seed, which.which, false);
    if (!outcome.broken) continue;
    return caught{seed, *outcome.broken};
  }
  return std::nullopt;
}

}  // namespace kwire::sim
