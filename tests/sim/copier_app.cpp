#include "copier_app.hpp"

#include <utility>

#include "options.hpp"

namespace kwire::sim {

copier_app::copier_app(host& on, const core::consumer_settings& settings, transactional_app& out,
                       const transaction_setting& setting, std::uint64_t seed)
    : poll_loop(on, settings, seed), out_(out), setting_(setting) {}

void copier_app::start() {
  enter();
  core_.subscribe({topic_name}, host_.now());
  host_.pump();
  begin_poll();
}

std::int64_t copier_app::position(std::int32_t partition) const {
  return handover_.position({topic_name, partition_id{partition}}).value_or(-1);
}

void copier_app::take(const record_batches& batches) {
  for (const auto& part : batches.partitions()) {
    const auto index = raw(part.where().partition);
    auto& keys = work_.writes[{copies_topic, index}];
    for (const auto& record : part.records()) {
      const auto what = read_transactional(record.value());
      if (!what) setting_.truth.broken('A', "a copier gets what nobody wrote");
      keys.push_back(what.value_or(transactional_value{}).key);
    }
    first_.try_emplace(part.where(), part.first_offset());
    work_.offsets[index] = part.next_offset();
  }
}

void copier_app::after_poll() {
  const auto pause = static_cast<micros>(random_.below(5 * millisecond));
  host_.at(host_.clock() + pause, [this] { first_.empty() ? begin_poll() : transact(); });
}

void copier_app::transact() {
  auto member = core_.committing_as();
  auto work = std::exchange(work_, {});
  if (!member) {
    go_back();
    return begin_poll();
  }
  step_ = step::busy;
  work.commit = setting_.over || random_.below(100) < 90;
  work.linger = static_cast<micros>(random_.below(random_.below(100) < 5 ? second : 20 * millisecond));
  out_.carry_out(std::move(work), *std::move(member), [this](bool committed) {
    step_ = step::idle;
    committed ? first_.clear() : go_back();
    begin_poll();
  });
}

/// Partitions that are somebody else's by now stay where they are.
void copier_app::go_back() {
  for (const auto& [where, offset] : std::exchange(first_, {})) {
    if (handover_.assigned(where)) core_.start({handover_.start(where, offset)});
  }
  host_.wake();
}

void copier_app::give_in() {
  first_.clear();
  step_ = step::idle;
  close();
}

void copier_app::leave() { depart(host_.now() + host_.settings().close_timeout, {}); }

}  // namespace kwire::sim
