#include "core/cluster/coordinators.hpp"

#include <algorithm>
#include <utility>

namespace kwire::core {
namespace {

/// One key up to version 3, a list of keys from version 4 on (KIP-699).
class find_coordinator_body final : public request_body {
 public:
  explicit find_coordinator_body(coordinators::key which) : which_(std::move(which)) {}

  const protocol::message_info& info() const override { return protocol::find_coordinator_request::info; }

  result<void> encode(std::int16_t version, protocol::writer& out) override {
    protocol::find_coordinator_request message;
    message.key_type = static_cast<std::int8_t>(which_.first);
    if (version >= 4) {
      message.coordinator_keys = {which_.second};
    } else {
      message.key = which_.second;
    }
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  coordinators::key which_;
};

}  // namespace

std::shared_ptr<request_body> coordinators::make_body(const key& which) {
  return std::make_shared<find_coordinator_body>(which);
}

coordinators::entry& coordinators::at(const key& which) {
  return entries_.try_emplace(which, *settings_).first->second;
}

std::optional<node_id> coordinators::find(const key& which) const {
  const auto known = entries_.find(which);
  if (known == entries_.end() || known->second.node == no_node) return std::nullopt;
  return known->second.node;
}

void coordinators::wait(request asked) {
  at({asked.to.coordinator, asked.to.key}).waiting.push_back(std::move(asked));
}

void coordinators::forget(const key& which) { at(which).node = no_node; }

std::vector<coordinators::key> coordinators::poll(time_point now) {
  std::vector<key> due;
  for (auto& [which, state] : entries_) {
    if (state.waiting.empty() || state.in_flight || now < state.not_before) continue;
    state.in_flight = true;
    due.push_back(which);
  }
  return due;
}

std::vector<request> coordinators::digest(const key& which, const response& answer, time_point now,
                                          std::optional<found>& place, std::optional<error>& why) {
  auto& state = at(which);
  state.in_flight = false;
  protocol::find_coordinator_response message;
  found where;
  auto code = broker_errc::none;
  if (auto read = read_response(message, answer); !read) {
    why = read.error();
  } else if (answer.version < 4) {
    code = static_cast<broker_errc>(message.error_code);
    where = {message.node, message.host, message.port};
  } else if (message.coordinators.size() == 1) {
    const auto& only = message.coordinators.front();
    code = static_cast<broker_errc>(only.error_code);
    where = {only.node, only.host, only.port};
  } else {
    why = error{errc::unexpected_answer,
                "FindCoordinator answered " + std::to_string(message.coordinators.size()) + " keys for one"};
  }
  if (code != broker_errc::none) why = error{code}.in(api::find_coordinator).on(which.second);
  if (!why && (raw(where.node) < 0 || where.port < 1 || where.port > 65535)) {
    why = error{broker_errc::coordinator_not_available}.in(api::find_coordinator).on(which.second);
  }
  if (why) {
    state.last_error = why;
    state.not_before = now + state.pause.next(*random_);
    // What will not change by asking again is told to those who wait.
    const bool final = !why->retriable() && (!answer.failure || *why == errc::unsupported_by_broker);
    if (final) return std::exchange(state.waiting, {});
    return {};
  }
  state.pause.reset();
  state.last_error.reset();
  state.node = where.node;
  place = std::move(where);
  return std::exchange(state.waiting, {});
}

std::vector<request> coordinators::expire(time_point now) {
  std::vector<request> due;
  for (auto& [which, state] : entries_) {
    const auto late =
        std::ranges::stable_partition(state.waiting, [&](const request& r) { return r.deadline > now; });
    std::ranges::move(late, std::back_inserter(due));
    state.waiting.erase(late.begin(), late.end());
  }
  return due;
}

void coordinators::abandon(const reactor& origin) {
  for (auto& [which, state] : entries_) {
    std::erase_if(state.waiting, [&](const request& asked) { return asked.origin == &origin; });
  }
}

time_point coordinators::next_deadline() const {
  auto next = never;
  for (const auto& [which, state] : entries_) {
    for (const auto& asked : state.waiting) next = std::min(next, asked.deadline);
    if (!state.waiting.empty() && !state.in_flight) next = std::min(next, state.not_before);
  }
  return next;
}

}  // namespace kwire::core
