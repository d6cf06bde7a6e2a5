#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/backoff.hpp"
#include "core/config/client_settings.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// A request that is repeated until it has been answered for good or its time is up.
struct question {
  /// The request for what is still to be asked. Its deadline is set by the core.
  std::function<request()> make;
  /// Takes an answer that arrived. Nothing: the question is done with. An error that is retriable: ask again.
  std::function<std::optional<error>(const response&, time_point now)> take;
  /// The last word when there is no answer.
  std::function<void(const error&, time_point now)> give_up;
  time_point deadline = never;
  /// Told of every request that ended without an answer; may be empty.
  std::function<void(const response&)> lost;
  /// Not repeated: any failure gives up, and whoever asked decides whom to ask next.
  bool once = false;
};

/// Runs the questions of admin calls: brings them to the brokers, repeats what is refused for the moment, and
/// ends every one of them by its deadline. What to ask, and what an answer means, is the calls' business.
class admin_core final : public reactor {
 public:
  admin_core(const client_settings& settings, std::uint64_t seed);

  void ask(question what, time_point now);
  /// Runs `task` at that time, unless the handle is closed before.
  void later(time_point at, std::function<void(time_point)> task);
  /// A pause before something is tried again for the n-th time.
  duration pause(unsigned failures);
  /// Ends all questions with this error, and those asked later.
  void stop(const error& why, time_point now);
  /// Keeps to a broker's wish to be left alone for a while (KIP-219).
  void throttled(const response& answer, std::int32_t milliseconds, time_point now);
  void refresh_metadata() { out_.refresh_metadata = true; }

  bool knows_brokers() const noexcept { return knows_brokers_; }
  const client_settings& settings() const noexcept { return *settings_; }

  void handle(std::uint64_t token, response answer, time_point now) override;
  void metadata_changed(const std::shared_ptr<const metadata_snapshot>& snapshot, time_point now) override;
  void advance(time_point now) override;
  time_point next_deadline() const override;

 private:
  struct open_question {
    question what;
    destination to;
    std::uint64_t token = 0;
    bool in_flight = false;
    bool held = false;  ///< until the brokers' addresses are known
    time_point not_before{};
    std::optional<error> last;
    backoff wait;
    open_question(question q, backoff b) : what(std::move(q)), wait(b) {}
  };
  using handle_type = std::list<open_question>::iterator;

  void send(open_question& which, time_point now);
  void again(handle_type which, error why, time_point now);
  void give_up(handle_type which, error why, time_point now);
  void late(handle_type which, time_point now);

  const client_settings* settings_;
  random_source random_;
  std::list<open_question> open_;
  std::list<std::pair<time_point, std::function<void(time_point)>>> timers_;
  std::optional<error> stopped_;
  std::uint64_t last_token_ = 0;
  bool knows_brokers_ = false;
};

/// A question whose answer is the described message `M`; malformed answers are final.
template <class M, class Take>
question ask_for(admin_core& core, std::function<request()> make, Take take,
                 std::function<void(const error&, time_point)> give_up, time_point deadline) {
  question q;
  q.make = std::move(make);
  q.give_up = std::move(give_up);
  q.deadline = deadline;
  q.take = [&core, take = std::move(take)](const response& answer, time_point now) -> std::optional<error> {
    M message;
    if (auto read = read_response(message, answer); !read) return read.error();
    if constexpr (requires { message.throttle_time_ms; }) {
      core.throttled(answer, message.throttle_time_ms, now);
    }
    return take(message, answer, now);
  };
  return q;
}

}  // namespace kwire::core
