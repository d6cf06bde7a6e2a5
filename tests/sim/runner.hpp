#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "world.hpp"

namespace kwire::sim {

/// One run of a seed with a plan of misfortunes: the seed's own, or what is left of it.
outcome_of_run run_once(const scenario& of, const fault_plan& plan, mutant wrong, bool printed);
outcome_of_run run_seed(const scenario& of, mutant wrong, bool printed);

/// Drops misfortunes for as long as the same promise stays broken.
fault_plan shrink(const scenario& of, mutant wrong, const violation& kept);

/// What a failing seed is told as: seed, options, the shortest plan, how to see more.
std::string describe_failure(const scenario& of, mutant wrong, const violation& what);

/// Tries seeds from `first` on until one catches the mutant.
struct caught {
  std::uint64_t seed = 0;
  violation what;
};
std::optional<caught> catch_mutant(const mutant_info& which, std::uint64_t first, std::uint64_t seeds);

}  // namespace kwire::sim
