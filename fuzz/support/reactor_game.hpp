#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "core/request.hpp"
#include "support/check.hpp"
#include "support/hostile.hpp"

namespace kwire::fuzz {

/// Answers one of the requests with what the input chooses: a hostile body, or a failure.
template <class Handle>
void answer_one(std::deque<core::request>& requests, input& in, core::time_point now, Handle handle) {
  if (requests.empty()) return;
  const auto which = static_cast<std::ptrdiff_t>(in.below(std::min<std::size_t>(requests.size(), 256)));
  auto asked = std::move(requests[static_cast<std::size_t>(which)]);
  requests.erase(requests.begin() + which);
  core::response back;
  back.from = node_id{1};
  back.sent = now;
  const auto& info = asked.body->info();
  const auto version =
      std::clamp(pick_version(info, in), asked.usable.min, std::max(asked.usable.min, asked.usable.max));
  protocol::writer out;
  if (auto written = asked.body->encode(version, out); !written) {
    back.failure = written.error();
  } else if (in.below(8) == 0) {
    back.failure = error{in.flag() ? errc::connection_lost : errc::timed_out};
    back.maybe_sent = in.flag();
  } else {
    back.version = version;
    auto keep = std::make_shared<bytes>(hostile_body(info.key, protocol::direction::response, version, in));
    back.body = {keep, *keep};
  }
  handle(asked.token, std::move(back));
}

/// Fails what is past its deadline, as connections do: exactly one answer comes back for each request.
template <class Handle>
void expire(std::deque<core::request>& requests, core::time_point now, Handle handle) {
  auto waiting = std::exchange(requests, {});
  std::deque<core::request> late;
  for (auto& asked : waiting) (asked.deadline <= now ? late : requests).push_back(std::move(asked));
  for (const auto& asked : late) {
    core::response back;
    back.failure = error{errc::timed_out};
    back.maybe_sent = true;
    handle(asked.token, std::move(back));
  }
}

/// Lets a script's time pass in steps, so that everything that waits for a deadline comes to its end.
template <class Script>
void pass_all(Script& run, core::duration step, int steps) {
  for (int i = 0; i < steps; ++i) {
    run.pass(step);
    expire(run.requests, run.now, [&](std::uint64_t token, core::response back) {
      run.core.handle(token, std::move(back), run.now);
    });
    run.step();
  }
}

}  // namespace kwire::fuzz
