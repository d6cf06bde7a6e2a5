#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/backoff.hpp"
#include "runner.hpp"

namespace {

using namespace kwire::sim;

constexpr const char* help =
    R"(Runs the simulation of kwire's client and embedded broker: see tests/sim/README.md.

usage: simulator [--seeds N] [--from SEED] [--minutes M] [--keep-going] [--workload W]
       simulator --seed SEED [--quiet] [--mutant NAME]
       simulator --replay FILE
       simulator --mutants [--seeds N]

  --seeds N      runs N seeds (default 1000), each once, every 100th twice to compare the traces
  --from SEED    the first one (default 1)
  --minutes M    goes on for that long instead
  --keep-going   tells of every failing seed instead of ending with the first
  --seed SEED    runs one seed and prints what happens, then the shortest plan that fails, if it does
  --shake N      shuffles the heap beforehand: addresses come in another order then, and the trace may not
  --quiet        prints the outcome alone
  --workload W   that one (plain, client, transactions, consumer_group, share_group) for all seeds
  --mutant NAME  makes a mistake on purpose
  --replay FILE  runs the seeds in FILE: a number at the beginning of each line
  --mutants      tries every mistake on up to N seeds (default 2000); fails when one stays unseen
)";

struct wishes {
  std::optional<std::uint64_t> seed;
  std::uint64_t shake = 0;
  std::uint64_t seeds = 0;
  std::uint64_t from = 1;
  double minutes = 0;
  std::optional<workload> only;
  bool keep_going = false;
  bool quiet = false;
  bool mutants = false;
  std::string replay;
  mutant wrong = mutant::none;
};

using steady = std::chrono::steady_clock;

double since(steady::time_point begun) {
  return std::chrono::duration<double>(steady::now() - begun).count();
}

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

/// The sums of many runs.
struct tally {
  steady::time_point begun = steady::now();
  std::uint64_t runs = 0, failures = 0, frames = 0, records = 0, deliveries = 0, possibly = 0, denied = 0;
  std::uint64_t most_opens = 0, most_requests = 0;
  double simulated = 0, slowest_recovery = 0;

  void add(const outcome_of_run& one) {
    ++runs;
    frames += one.frames;
    records += one.records;
    deliveries += one.deliveries;
    possibly += one.possibly;
    denied += one.not_persisted;
    most_opens = std::max(most_opens, one.most_opens);
    most_requests = std::max(most_requests, one.most_requests);
    simulated += static_cast<double>(one.lasted) / second;
    slowest_recovery = std::max(slowest_recovery, static_cast<double>(one.recovery) / second);
  }
  void show(const char* end) const {
    std::printf(
        "%llu seeds, %llu failed; %.0f simulated seconds, %.0f each second; %llu frames, %llu records "
        "(%llu in doubt, %llu not written), %llu delivered; slowest recovery %.1f s; at most %llu "
        "connects and %llu requests of a kind in a second%s",
        static_cast<unsigned long long>(runs), static_cast<unsigned long long>(failures), simulated,
        simulated / since(begun), static_cast<unsigned long long>(frames),
        static_cast<unsigned long long>(records), static_cast<unsigned long long>(possibly),
        static_cast<unsigned long long>(denied), static_cast<unsigned long long>(deliveries),
        slowest_recovery, static_cast<unsigned long long>(most_opens),
        static_cast<unsigned long long>(most_requests), end);
    std::fflush(stdout);
  }
};

/// False when a promise was broken or the run cannot be repeated.
bool try_seed(const scenario& of, tally& sums, bool twice) {
  const auto outcome = run_seed(of, mutant::none, false);
  sums.add(outcome);
  bool good = !outcome.broken;
  if (!good) print(describe_failure(of, mutant::none, *outcome.broken));
  if (twice && run_seed(of, mutant::none, false).hash != outcome.hash) {
    print("seed " + std::to_string(of.seed) + ": a second run went another way\n");
    good = false;
  }
  if (!good) ++sums.failures;
  return good;
}

int run_many(const wishes& asked) {
  tally sums;
  auto shown = steady::now();
  const auto count = asked.seeds > 0 ? asked.seeds : 1000;
  for (std::uint64_t i = 0; asked.minutes > 0 ? since(sums.begun) < asked.minutes * 60 : i < count; ++i) {
    if (!try_seed(scenario{asked.from + i, asked.only}, sums, i % 100 == 0) && !asked.keep_going) break;
    if (since(shown) < 10) continue;
    sums.show("\n");
    shown = steady::now();
  }
  sums.show("\n");
  return sums.failures == 0 ? 0 : 1;
}

/// The name of a workload behind the number of a seed; those of old are plain.
workload workload_in(const char* rest) {
  const std::string text = rest;
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(workload::count_); ++i) {
    if (text.starts_with(" " + std::string{to_string(workload{i})} + " ")) return workload{i};
  }
  return workload::plain;
}

int replay(const wishes& asked) {
  tally sums;
  std::ifstream list{asked.replay};
  if (!list) {
    print("cannot read " + asked.replay + "\n");
    return 2;
  }
  for (std::string line; std::getline(list, line);) {
    std::uint64_t seed = 0;
    const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), seed);
    if (failed == std::errc{}) try_seed(scenario{seed, workload_in(end)}, sums, false);
  }
  sums.show("\n");
  return sums.failures == 0 ? 0 : 1;
}

/// Leaves free blocks of all small sizes in the heap, in no order, with blocks in use between them.
void shake_heap(std::uint64_t seed) {
  kwire::core::random_source random{seed};
  static std::vector<std::unique_ptr<char[]>> kept;
  for (std::size_t size = 8; size < 20'000; size += 16 + size / 64 * 8) {
    std::vector<std::unique_ptr<char[]>> blocks;
    for (std::size_t i = 0; i < 20 + 20'000 / size; ++i) {
      blocks.push_back(std::make_unique<char[]>(size));
      kept.push_back(std::make_unique<char[]>(size));
    }
    for (auto i = blocks.size(); i > 1; --i) std::swap(blocks[i - 1], blocks[random.below(i)]);
    while (!blocks.empty()) blocks.pop_back();
  }
}

int run_one(const wishes& asked) {
  if (asked.shake != 0) shake_heap(asked.shake);
  const scenario plan{*asked.seed, asked.only};
  print("seed " + std::to_string(plan.seed) + ":" + plan.describe() + "\n");
  for (const auto& one : draw_plan(plan)) print("  " + one.describe() + "\n");
  const auto outcome = run_seed(plan, asked.wrong, !asked.quiet);
  std::printf("trace %016llx after %lld ms\n", static_cast<unsigned long long>(outcome.hash),
              static_cast<long long>(outcome.lasted / millisecond));
  if (!outcome.broken) {
    print("all promises kept\n");
    return 0;
  }
  print(describe_failure(plan, asked.wrong, *outcome.broken));
  return 1;
}

int run_mutants(const wishes& asked) {
  const auto seeds = asked.seeds > 0 ? asked.seeds : 2000;
  bool all = true;
  for (const auto& which : mutants()) {
    if (which.invariants.empty()) continue;
    const auto found = catch_mutant(which, asked.from, seeds);
    const bool good = found && which.invariants.find(found->what.invariant) != std::string_view::npos;
    all = all && good;
    std::printf("%-30s ", std::string{which.name}.c_str());
    if (!found) print("NOT CAUGHT\n");
    if (found) {
      std::printf("%c%s seed %-5llu %s\n", found->what.invariant, good ? " " : "?",
                  static_cast<unsigned long long>(found->seed), found->what.what.c_str());
    }
    std::fflush(stdout);
  }
  return all ? 0 : 1;
}

template <class T>
bool number(const char* text, T& into) {
  const auto* end = text + std::strlen(text);
  const auto [stop, failed] = std::from_chars(text, end, into);
  return failed == std::errc{} && stop == end;
}

bool named(const char* text, mutant& into) {
  for (const auto& one : mutants()) {
    if (one.name == text) into = one.which;
    if (one.name == text) return true;
  }
  return false;
}

bool named(const char* text, std::optional<workload>& into) {
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(workload::count_); ++i) {
    if (to_string(workload{i}) == text) into = workload{i};
  }
  return into.has_value();
}

bool read(int count, char** words, wishes& into) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--keep-going")
      into.keep_going = true;
    else if (word == "--quiet")
      into.quiet = true;
    else if (word == "--mutants")
      into.mutants = true;
    else if (++i >= count)
      return false;
    else if (word == "--shake") {
      if (!number(words[i], into.shake)) return false;
    } else if (word == "--seed") {
      into.seed = 0;
      if (!number(words[i], *into.seed)) return false;
    } else if (word == "--seeds") {
      if (!number(words[i], into.seeds)) return false;
    } else if (word == "--from") {
      if (!number(words[i], into.from)) return false;
    } else if (word == "--minutes") {
      if (!number(words[i], into.minutes)) return false;
    } else if (word == "--mutant") {
      if (!named(words[i], into.wrong)) return false;
    } else if (word == "--workload") {
      if (!named(words[i], into.only)) return false;
    } else if (word == "--replay")
      into.replay = words[i];
    else
      return false;
  }
  return true;
}

}  // namespace

int main(int count, char** words) {
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "--help") == 0 || std::strcmp(words[i], "-h") == 0) {
      print(help);
      return 0;
    }
  }
  wishes asked;
  if (!read(count, words, asked)) {
    std::fputs(help, stderr);
    return 2;
  }
  if (asked.seed) return run_one(asked);
  if (!asked.replay.empty()) return replay(asked);
  return asked.mutants ? run_mutants(asked) : run_many(asked);
}
