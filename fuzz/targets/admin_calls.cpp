// Admin calls with brokers that say anything: each ends once, by its deadline.
#include "core/admin/admin_script.hpp"
#include "core/admin/config_calls.hpp"
#include "core/admin/group_calls.hpp"
#include "core/admin/offset_calls.hpp"
#include "core/admin/topic_calls.hpp"
#include "support/reactor_game.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

class calls {
 public:
  explicit calls(fuzz::input& in) : in_(in) {}

  void play() {
    if (in_.flag()) run_.know_brokers();
    while (!in_.empty()) {
      switch (in_.below(8)) {
        case 0: ask(); break;
        case 1: run_.pass(std::chrono::milliseconds{in_.number<std::uint16_t>()}); break;
        case 2: (void)run_.pass_to_deadline(); break;
        case 3: run_.know_brokers(); break;
        default:
          fuzz::answer_one(run_.requests, in_, run_.now, [this](std::uint64_t token, core::response back) {
            run_.core.handle(token, std::move(back), run_.now);
          });
      }
      run_.step();
    }
    fuzz::pass_all(run_, std::chrono::seconds{5}, 20);
    fuzz::require(told_ == asked_, "every call is told once, by its deadline",
                  [&] { return std::to_string(told_) + " of " + std::to_string(asked_); });
  }

 private:
  void ask() {
    const auto end = run_.now + std::chrono::seconds{30};
    const auto done = [this](auto, core::time_point) { ++told_; };
    const std::vector<topic_partition> places{{"t", partition_id{0}}, {"t", partition_id{1}}};
    ++asked_;
    switch (in_.below(9)) {
      case 0: return core::ask_metadata(run_.core, std::nullopt, end, done, run_.now);
      case 1: return core::ask_metadata(run_.core, std::vector<std::string>{"t", "u"}, end, done, run_.now);
      case 2: return core::ask_list_groups(run_.core, end, done, run_.now);
      case 3: return core::ask_describe_groups(run_.core, {"g", "m"}, end, done, run_.now);
      case 4: return core::ask_group_offsets(run_.core, "g", std::nullopt, end, done, run_.now);
      case 5: return core::ask_lag(run_.core, "g", places, end, done, run_.now);
      case 6:
        return core::ask_create_topics(run_.core, {new_topic{"t"}, new_topic{"u"}}, false, end, done,
                                       run_.now);
      case 7: return core::ask_delete_topics(run_.core, {"t", "u"}, end, done, run_.now);
      default:
        return core::ask_list_offsets(
            run_.core, {{places[0], offset_query::latest()}, {places[1], offset_query::earliest()}},
            in_.flag(), end, done, run_.now);
    }
  }

  fuzz::input& in_;
  test::admin_script run_;
  int asked_ = 0;
  int told_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, std::min<std::size_t>(size, 8192)};
  calls{in}.play();
  return 0;
}
