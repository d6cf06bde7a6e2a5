#include "poll_loop.hpp"

#include <utility>

namespace kwire::sim {

poll_loop::poll_loop(host& on, const core::consumer_settings& settings, std::uint64_t seed)
    : host_(on),
      settings_(settings),
      random_(seed),
      handover_(settings_, [this] { host_.wake(); }),
      core_(on.settings(), settings_, handover_, random_.next(), 1) {}

poll_loop::~poll_loop() {
  host_.detach(*this);
  host_.loop().remove(core_, host_.now());
}

void poll_loop::enter() {
  handover_.end_poll(host_.now());
  host_.attach(*this);
  host_.loop().add(core_, host_.now());
}

void poll_loop::begin_poll() {
  if (step_ != step::idle) return;
  if (close_wanted_) {
    step_ = step::closing;
    return leave();
  }
  step_ = step::polling;
  waiting_ = false;
  handover_.begin_poll();
  if (handover_.take_poll_wish()) core_.polled(host_.now());
  until_ = host_.now() + std::chrono::milliseconds{random_.below(400)};
  const auto poll = ++poll_;
  host_.at(host_.clock() + us(until_), [this, poll] {
    if (poll_ == poll) serve();
  });
  serve();
}

micros poll_loop::us(time_point at) const {
  return std::chrono::ceil<std::chrono::microseconds>(at - host_.now()).count();
}

void poll_loop::pumped() {
  if (step_ == step::polling && waiting_ && handover_.news() != seen_) serve();
}

/// The loop of `consumer::poll`, left where that would wait.
void poll_loop::serve() {
  while (step_ == step::polling) {
    seen_ = handover_.news();
    auto turn = handover_.take(session_clock());
    core_.start(turn.fetch_again);
    core_.halt(turn.halted);
    if (turn.notice) {
      carry_out(*turn.notice);
      continue;
    }
    if (turn.failure) {
      failed(*turn.failure);
      host_.at(host_.clock(), [] {});
      return end_poll();
    }
    if (turn.records && !turn.records->batches.empty()) {
      const record_batches batches{std::move(turn.records)};
      take(batches);
      return end_poll();
    }
    if (host_.now() >= until_) return end_poll();
    if (turn.nothing()) {
      waiting_ = true;
      return host_.wake();
    }
  }
}

void poll_loop::end_poll() {
  handover_.end_poll(host_.now());
  step_ = step::idle;
  waiting_ = false;
  ++poll_;
  host_.wake();
  after_poll();
}

void poll_loop::carry_out(const core::rebalance_notice& notice) {
  if (notice.what != core::rebalance_notice::step::assign) {
    return notice.partitions.empty() ? confirm() : hand_back(notice);
  }
  std::vector<core::partition_start> list;
  for (const auto& where : notice.partitions) {
    list.push_back(handover_.start(where, -1));
    assigned(where);
  }
  core_.start(list);
  confirm();
}

void poll_loop::give_up(const std::vector<topic_partition>& partitions) {
  for (const auto& where : partitions) revoked(where);
  let_go(partitions);
  confirm();
}

void poll_loop::let_go(const std::vector<topic_partition>& partitions) {
  handover_.drop(partitions);
  core_.drop(partitions);
}

void poll_loop::confirm() {
  core_.rebalance_done(owned(), host_.now());
  host_.wake();
}

void poll_loop::close() {
  close_wanted_ = true;
  if (step_ != step::idle || busy()) return;
  step_ = step::closing;
  leave();
}

void poll_loop::depart(time_point limit, std::function<void()> done) {
  const auto all = handover_.assignment();
  for (const auto& where : all) revoked(where);
  handover_.drop(all);
  core_.drop(all);
  core_.leave(
      limit,
      [this, done = std::move(done)] {
        if (done) done();
        host_.at(host_.clock(), [this] { step_ = step::closed; });
      },
      host_.now());
  host_.wake();
}

}  // namespace kwire::sim
