#include "faults.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/backoff.hpp"

namespace kwire::sim {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(misfortune::kind::count_)> names{
    "cut",          "silence",          "kill_links",       "drip",          "refuse",
    "pause_host",   "pause_node",       "crash_node",       "stop_node",     "move_leader",
    "bump_epoch",   "move_coordinator", "refuse_requests",  "delay_answers", "drop_requests",
    "drop_answers", "throttle",         "hold_replication", "hide_topic",    "jump_clock",
    "kill_consumer"};

}  // namespace

std::string misfortune::describe() const {
  const auto ms = [](micros time) { return std::to_string(time / millisecond) + " ms"; };
  return "at " + ms(at) + ": " + std::string{names[static_cast<std::size_t>(what)]} +
         " who=" + std::to_string(who) + " where=" + std::to_string(where) + " how=" + std::to_string(how) +
         " for " + ms(lasts);
}

fault_plan draw_plan(const scenario& from) {
  core::random_source random{from.seed ^ 0xfa017f1a7ULL};
  const auto hosts = static_cast<std::uint64_t>(from.machines());
  const auto nodes = static_cast<std::uint64_t>(from.nodes);
  fault_plan plan;
  for (std::size_t i = 0; i < from.faults; ++i) {
    misfortune one;
    one.what =
        static_cast<misfortune::kind>(random.below(static_cast<std::uint64_t>(misfortune::kind::count_)));
    one.at =
        300 * millisecond + static_cast<micros>(random.below(static_cast<std::uint64_t>(from.chaos_ends)));
    one.lasts = static_cast<micros>(random.below(random.below(3) == 0 ? 8 * second : second));
    one.how = static_cast<std::uint32_t>(random.below(1'000'000));
    one.where = 1 + static_cast<std::int32_t>(random.below(nodes));
    const bool by_partition = one.what == misfortune::kind::move_leader ||
                              one.what == misfortune::kind::bump_epoch ||
                              one.what == misfortune::kind::hold_replication;
    one.who = static_cast<std::uint32_t>(
        by_partition ? random.below(static_cast<std::uint64_t>(from.partitions)) : random.below(hosts));
    if (one.at < from.chaos_ends) plan.push_back(one);
  }
  std::ranges::stable_sort(plan, {}, &misfortune::at);
  return plan;
}

}  // namespace kwire::sim
