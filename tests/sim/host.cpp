#include "host.hpp"

#include <algorithm>
#include <utility>

namespace kwire::sim {

host::host(host_id id, const core::client_settings& settings,
           const std::vector<core::bootstrap_address>& seeds, std::uint64_t seed, surroundings around)
    : id_(id),
      settings_(settings),
      around_(std::move(around)),
      loop_(settings_, seeds, seed, [this](const event& e) {
        ++counted_[e.kind];
        around_.log.note("event", id_, static_cast<std::int64_t>(e.kind));
        around_.log.line([&] { return "client " + std::to_string(id_) + ": " + to_string(e); });
        if (on_event) on_event(e);
      }) {}

std::uint64_t host::events(event_kind kind) const {
  const auto found = counted_.find(kind);
  return found == counted_.end() ? 0 : found->second;
}

void host::at(micros when, std::function<void()> what) {
  around_.clock.at(when, [this, alive = alive_, what = std::move(what)]() mutable {
    if (*alive) run(std::move(what));
  });
}

void host::run(std::function<void()> what) {
  if (dead_) return;
  if (paused_) return backlog_.push_back(std::move(what));
  what();
}

void host::pause(bool on) {
  if (paused_ == on) return;
  stood_still_ = stood_still();
  paused_ = on;
  paused_since_ = clock();
  around_.log.line([&] { return "client " + std::to_string(id_) + (on ? " stops" : " goes on"); });
  if (on || dead_) return;
  for (auto& what : std::exchange(backlog_, {})) what();
}

void host::wake() {
  if (pumping_) {
    again_ = true;
    return;
  }
  if (std::exchange(waking_, true)) return;
  at(clock(), [this] {
    waking_ = false;
    pump();
  });
}

void host::pump() {
  if (dead_) return;
  if (std::exchange(pumping_, true)) {
    again_ = true;
    return;
  }
  unsigned turns = 0;
  do {
    again_ = false;
    loop_.settle(now());
    carry_out();
    for (std::size_t i = 0; i < members_.size(); ++i) members_[i]->pumped();
    if (++turns > 1000) {
      around_.spinning("client " + std::to_string(id_) + " acts without end");
      break;
    }
  } while (again_);
  pumping_ = false;
  arm();
}

void host::carry_out() {
  for (auto& command : loop_.take_commands()) {
    if (auto* open = std::get_if<core::open_link>(&command)) {
      around_.net.open(id_, open->id, network::node_at(open->port), open->port);
    } else if (auto* write = std::get_if<core::write_link>(&command)) {
      around_.net.write(id_, write->id, std::move(write->frame));
    } else {
      around_.net.close(id_, std::get<core::close_link>(command).id);
    }
  }
}

/// One timer for everything, moved only to an earlier time, as the engine's.
void host::arm() {
  const auto next = loop_.next_deadline();
  if (next == core::never) return;
  auto when = std::chrono::ceil<std::chrono::microseconds>(next - to_core(0)).count();
  if (when <= clock()) {
    if (stuck_at_ != clock()) stuck_ = 0;
    stuck_at_ = clock();
    if (++stuck_ > 100) {
      around_.spinning("client " + std::to_string(id_) + " has a deadline in the past that nothing moves");
      when = clock() + second;
    }
  }
  if (forgetful && next > now() + std::chrono::milliseconds{700}) return;
  if (armed_for_ >= clock() && when >= armed_for_) return;
  armed_for_ = when;
  at(when, [this, when] {
    if (armed_for_ == when) armed_for_ = -1;
    pump();
  });
}

void host::opened(core::link_id link) {
  run([this, link] {
    loop_.opened(link, now());
    pump();
  });
}

void host::refused(core::link_id link) {
  run([this, link] {
    loop_.closed(link, error{errc::not_connected, "connection refused"}, now());
    pump();
  });
}

void host::answer(core::link_id link, bytes content) {
  auto kept = std::make_shared<const bytes>(std::move(content));
  run([this, link, kept] {
    loop_.received(link, core::frame{kept, *kept}, now());
    pump();
  });
}

void host::hung_up(core::link_id link) {
  run([this, link] {
    loop_.closed(link, error{errc::connection_lost, "the broker closed the connection"}, now());
    pump();
  });
}

}  // namespace kwire::sim
