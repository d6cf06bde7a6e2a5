#include "core/reactor_loop.hpp"

#include <doctest/doctest.h>

#include <kwire/protocol/messages/api_versions.hpp>

using namespace kwire;
using namespace std::chrono_literals;

namespace {

/// Asks once for something that any broker can tell, and counts the answers.
class asker final : public core::reactor {
 public:
  explicit asker(core::time_point deadline) : deadline_(deadline) {}
  void handle(std::uint64_t token, core::response answer, core::time_point) override {
    CHECK(token == 7);
    ++answers;
    failure = answer.failure;
  }
  void metadata_changed(const std::shared_ptr<const core::metadata_snapshot>&, core::time_point) override {}
  void advance(core::time_point) override {
    if (std::exchange(asked_, true)) return;
    out().requests.push_back(
        core::make_request(protocol::api_versions_request{}, core::destination::any(), deadline_, 7));
  }
  core::time_point next_deadline() const override { return core::never; }

  int answers = 0;
  std::optional<error> failure;

 private:
  core::time_point deadline_;
  bool asked_ = false;
};

struct rig {
  core::client_settings settings;
  int events = 0;
  core::reactor_loop loop{settings, {{"broker", 9092}}, 1, [this](const event&) { ++events; }};
  core::time_point now{1h};
};

}  // namespace

TEST_CASE("reactor loop: a request wants a connection, and its deadline is the loop's") {
  rig here;
  asker member{here.now + 5s};
  here.loop.add(member, here.now);
  here.loop.settle(here.now);
  const auto commands = here.loop.take_commands();
  REQUIRE(commands.size() == 1);
  const auto* open = std::get_if<core::open_link>(commands.data());
  REQUIRE(open != nullptr);
  CHECK(open->host == "broker");
  CHECK(here.loop.take_commands().empty());
  CHECK(here.loop.next_deadline() <= here.now + 5s);
  CHECK(member.answers == 0);
  here.now += 5s;
  here.loop.settle(here.now);
  CHECK(member.answers == 1);
  REQUIRE(member.failure.has_value());
  CHECK(*member.failure == errc::not_connected);  // no broker could be reached in time
}

TEST_CASE("reactor loop: who has been removed gets no answers") {
  rig here;
  asker member{here.now + 5s};
  here.loop.add(member, here.now);
  here.loop.settle(here.now);
  here.loop.remove(member, here.now);
  here.now += 1h;
  here.loop.settle(here.now);
  CHECK(member.answers == 0);
}
