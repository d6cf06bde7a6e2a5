// Random failures of links: every request is answered once, and nothing spins.
#include <doctest/doctest.h>

#include "core/cluster/cluster_rig.hpp"

using namespace kwire;
using namespace std::chrono_literals;
using core::destination;

namespace {

class storm {
 public:
  explicit storm(std::uint64_t seed)
      : rig({{"b1", 9092}, {"b2", 9092}, {"nowhere", 1}}, seed), random_(seed * 77) {
    rig.down = {"nowhere:1"};
    rig.answer_later = {"b1:9092", "b2:9092", "b3:9092"};
    rig.want("t");
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      for (auto count = chance(3); count > 0; --count) submit();
      rig.run();
      disturb();
      rig.run_until(rig.now + std::chrono::milliseconds{chance(400)});
    }
    rig.down = {"nowhere:1"};
    rig.silent.clear();
    rig.coordinator_error = broker_errc::none;
    for (int i = 0; i < 100; ++i) {
      while (!rig.pending.empty()) rig.serve();
      rig.run_until(rig.now + 1s);
    }
  }

  void check() const {
    for (std::uint64_t token = 1; token <= submitted_; ++token) {
      CAPTURE(token);
      const auto found = rig.answers.find(token);
      REQUIRE(found != rig.answers.end());
      CHECK(found->second.size() == 1);
    }
    CHECK(rig.answers.size() == submitted_);
    CHECK(rig.spins < 2000);
  }

  test::cluster_rig rig;

 private:
  std::uint64_t chance(std::uint64_t bound) { return random_.below(bound); }

  void submit() {
    const auto within = std::chrono::milliseconds{100 + chance(20'000)};
    const auto token = ++submitted_;
    switch (chance(5)) {
      case 0: return rig.submit(token, destination::any(), within);
      case 1: return rig.submit(token, destination::controller(), within);
      case 2: return rig.submit(token, destination::group("g" + std::to_string(chance(3))), within);
      case 3:
        return rig.submit(token, destination::broker(node_id{static_cast<std::int32_t>(1 + chance(4))}),
                          within, core::traffic::produce);
      default:
        return rig.submit(token, destination::broker(node_id{static_cast<std::int32_t>(1 + chance(3))}),
                          within, core::traffic::fetch, static_cast<std::uint32_t>(1 + chance(2)));
    }
  }

  std::string some_address() { return "b" + std::to_string(1 + chance(3)) + ":9092"; }

  void disturb() {
    switch (chance(12)) {
      case 0: rig.down.insert(some_address()); break;
      case 1: rig.down.erase(some_address()); break;
      case 2: rig.cut(some_address()); break;
      case 3: rig.silent.insert(some_address()); break;
      case 4: rig.silent.clear(); break;
      case 5:
        rig.coordinator_error = chance(2) == 0 ? broker_errc::none : broker_errc::coordinator_not_available;
        break;
      case 6:
        rig.coordinator = static_cast<std::int32_t>(1 + chance(3));
        rig.controller = static_cast<std::int32_t>(1 + chance(3));
        break;
      case 7: {
        auto& address = rig.brokers[3];
        address = chance(2) == 0 ? "b3:9092" : "b3:9093";
        rig.answer_later.insert(address);
        core::outbox box;
        box.refresh_metadata = true;
        rig.cluster->note(nullptr, box, rig.now);
        break;
      }
      default:
        for (auto count = chance(6); count > 0 && !rig.pending.empty(); --count) rig.serve();
    }
  }

  core::random_source random_;
  std::uint64_t submitted_ = 0;
};

}  // namespace

TEST_CASE("cluster, random failures: every request is answered exactly once") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    storm s{seed};
    s.run(80);
    s.check();
  }
}
