// A member of a group, and its commits, with a coordinator and fellow members that say anything.
#include "core/consumer/consumer_script.hpp"
#include "support/reactor_game.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

class member {
 public:
  member(const core::consumer_settings& settings, fuzz::input& in) : run_(settings), in_(in) {
    run_.metadata(3);
    run_.core.subscribe({"t"}, run_.now);
    run_.step();
  }

  void play() {
    while (!in_.empty()) {
      step();
      fuzz::require(run_.requests.size() < 64, "requests do not pile up");
    }
    // Leaving ends by its deadline.
    bool left = false;
    run_.core.leave(run_.now + std::chrono::seconds{5}, [&] { left = true; }, run_.now);
    run_.step();
    fuzz::pass_all(run_, std::chrono::seconds{1}, 8);
    fuzz::require(left, "leaving ends by its deadline");
    fuzz::pass_all(run_, std::chrono::seconds{10}, 20);
    fuzz::require(told_ == commits_, "every commit is told once");
  }

 private:
  void step() {
    switch (in_.below(16)) {
      case 0: return run_.pass(std::chrono::milliseconds{in_.number<std::uint16_t>()});
      case 1: (void)run_.pass_to_deadline(); return;
      case 2: run_.metadata(static_cast<std::int32_t>(in_.below(5))); return;
      case 3: {
        ++commits_;
        const auto where = test::tp(static_cast<std::int32_t>(in_.below(3)));
        const auto offset = in_.number<std::int16_t>();
        run_.core.commit(
            {{where, offset}}, run_.now + std::chrono::seconds{60}, [this](auto) { ++told_; }, run_.now);
        return run_.step();
      }
      case 4:
      case 5: return carry_out();
      case 6: run_.core.polled(run_.now); return run_.step();
      case 7:
        if (in_.below(8) == 0)
          run_.core.subscribe(in_.flag() ? std::vector<std::string>{"t", "u"} : std::vector<std::string>{},
                              run_.now);
        return run_.step();
      default:
        fuzz::answer_one(run_.requests, in_, run_.now, [this](std::uint64_t token, core::response back) {
          run_.core.handle(token, std::move(back), run_.now);
          run_.step();
        });
    }
  }

  void carry_out() {
    if (run_.sink.notices.empty()) return;
    const auto notice = std::move(run_.sink.notices.front());
    run_.sink.notices.pop_front();
    for (const auto& where : notice.partitions) {
      std::erase(owned_, where);
      if (notice.what == core::rebalance_notice::step::assign) owned_.push_back(where);
    }
    run_.core.rebalance_done(owned_, run_.now);
    run_.step();
  }

  test::consumer_script run_;
  fuzz::input& in_;
  std::vector<topic_partition> owned_;
  int commits_ = 0;
  int told_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, std::min<std::size_t>(size, 8192)};
  core::consumer_settings settings;
  settings.group_id = "g";
  constexpr const char* strategies[] = {"range", "roundrobin", "sticky", "cooperative-sticky"};
  settings.assignment_strategy = {strategies[in.below(4)]};
  if (in.flag()) settings.group_instance_id = "i";
  settings.auto_commit = in.flag();
  member{settings, in}.play();
  return 0;
}
