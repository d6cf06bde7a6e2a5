#include "core/reactor_loop.hpp"

#include <algorithm>
#include <utility>

namespace kwire::core {

void reactor_loop::add(reactor& member, time_point now) {
  reactors_.push_back(&member);
  if (cluster_.snapshot()->revision > 0) member.metadata_changed(cluster_.snapshot(), now);
}

void reactor_loop::remove(reactor& member, time_point now) {
  std::erase(reactors_, &member);
  cluster_.remove(member, now);
  // Answers already taken in a round that is under way must not reach it either.
  std::erase_if(answers_, [&](const answered& done) { return done.asked.origin == &member; });
}

void reactor_loop::settle(time_point now) {
  while (round(now)) {
  }
}

bool reactor_loop::round(time_point now) {
  bool busy = false;
  cluster_.advance(now);
  answers_ = cluster_.take_answers(now);
  while (!answers_.empty()) {
    busy = true;
    auto done = std::move(answers_.front());
    answers_.erase(answers_.begin());
    done.asked.origin->handle(done.asked.token, std::move(done.answer), now);
  }
  if (cluster_.snapshot() != last_snapshot_) {
    last_snapshot_ = cluster_.snapshot();
    for (std::size_t i = 0; i < reactors_.size(); ++i) reactors_[i]->metadata_changed(last_snapshot_, now);
  }
  for (std::size_t i = 0; i < reactors_.size(); ++i) {
    auto& member = *reactors_[i];
    member.advance(now);
    busy = empty_outbox(member, now) || busy;
  }
  for (auto& e : cluster_.output().events) tell_(e);
  cluster_.output().events.clear();
  return busy || cluster_.snapshot() != last_snapshot_;
}

bool reactor_loop::empty_outbox(reactor& member, time_point now) {
  auto& box = member.out();
  for (auto& e : box.events) tell_(e);
  box.events.clear();
  cluster_.note(&member, box, now);
  if (box.requests.empty()) return false;
  for (auto& asked : std::exchange(box.requests, {})) {
    asked.origin = &member;
    cluster_.submit(std::move(asked), now);
  }
  return true;
}

std::vector<link_command> reactor_loop::take_commands() {
  return std::exchange(cluster_.output().commands, {});
}

time_point reactor_loop::next_deadline() const {
  auto next = cluster_.next_deadline();
  for (const auto* member : reactors_) next = std::min(next, member->next_deadline());
  return next;
}

void reactor_loop::metrics(metrics_snapshot& into) const {
  cluster_.metrics(into);
  for (const auto* member : reactors_) member->metrics(into);
}

}  // namespace kwire::core
