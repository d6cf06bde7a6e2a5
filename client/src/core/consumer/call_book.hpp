#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>

#include "core/request.hpp"

namespace kwire::core {

/// Remembers who waits for which answer, so that each part of a consumer writes down what follows next to
/// the request it sends.
class call_book {
 public:
  using handler = std::function<void(response answer, time_point now)>;

  explicit call_book(outbox& out) noexcept : out_(&out) {}

  void send(request asked, handler then) {
    asked.token = ++last_token_;
    waiting_.emplace(asked.token, std::move(then));
    out_->requests.push_back(std::move(asked));
  }

  void handle(std::uint64_t token, response answer, time_point now) {
    auto found = waiting_.extract(token);
    if (found) found.mapped()(std::move(answer), now);
  }

  bool empty() const noexcept { return waiting_.empty(); }

 private:
  outbox* out_;
  std::uint64_t last_token_ = 0;
  std::unordered_map<std::uint64_t, handler> waiting_;
};

}  // namespace kwire::core
