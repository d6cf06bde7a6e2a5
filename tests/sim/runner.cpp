#include "runner.hpp"

namespace kwire::sim {

outcome_of_run run_once(const scenario& of, const fault_plan& plan, mutant wrong, bool printed) {
  world one{of, plan, wrong, printed};
  return one.run();
}

outcome_of_run run_seed(const scenario& of, mutant wrong, bool printed) {
  return run_once(of, draw_plan(of), wrong, printed);
}

fault_plan shrink(const scenario& of, mutant wrong, const violation& kept) {
  auto plan = draw_plan(of);
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (std::size_t i = 0; i < plan.size(); ++i) {
      auto without = plan;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      const auto outcome = run_once(of, without, wrong, false);
      if (!outcome.broken || outcome.broken->invariant != kept.invariant) continue;
      plan = std::move(without);
      shorter = true;
      break;
    }
  }
  return plan;
}

std::string describe_failure(const scenario& of, mutant wrong, const violation& what) {
  std::string text = "seed " + std::to_string(of.seed) + " breaks " + what.invariant + " after " +
                     std::to_string(what.when / millisecond) + " ms: " + what.what + "\n";
  text += "  options:" + of.describe() + "\n";
  const auto shortest = shrink(of, wrong, what);
  text += "  " + std::to_string(shortest.size()) + " of " + std::to_string(draw_plan(of).size()) +
          " misfortunes are enough:\n";
  for (const auto& one : shortest) text += "    " + one.describe() + "\n";
  return text + "  see it: tools/sim --seed " + std::to_string(of.seed) + " --workload " +
         std::string{to_string(of.what)} + "\n";
}

std::optional<caught> catch_mutant(const mutant_info& which, std::uint64_t first, std::uint64_t seeds) {
  for (auto seed = first; seed < first + seeds; ++seed) {
    const scenario of{seed};
    // What a workload cannot see, it cannot be blamed for.
    if (!which.concerns(of.what)) continue;
    const auto outcome = run_seed(of, which.which, false);
    if (!outcome.broken) continue;
    return caught{seed, *outcome.broken};
  }
  return std::nullopt;
}

}  // namespace kwire::sim
