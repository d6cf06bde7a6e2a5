#include "producer_app.hpp"

#include <cstdio>
#include <utility>

namespace kwire::sim {
namespace {

core::producer_settings adapt(core::producer_settings settings, bool idempotent, std::int64_t weak_acks) {
  if (!idempotent) settings.acks = weak_acks;
  settings.idempotence = idempotent;
  settings.idempotence_explicit = idempotent;
  settings.report_by_poll = true;
  return settings;
}

}  // namespace

std::string make_value(const record_key& key, std::size_t filling) {
  char text[32];
  std::snprintf(text, sizeof text, "%04u:%08llu", key.producer, static_cast<unsigned long long>(key.number));
  return std::string{text} + std::string(filling, '.');
}

std::optional<record_key> read_value(std::optional<bytes_view> value) {
  if (!value || value->size() < 13 || as_text(*value)[4] != ':') return std::nullopt;
  const auto text = as_text(*value);
  record_key key;
  for (std::size_t i = 0; i < 4; ++i)
    key.producer = key.producer * 10 + static_cast<std::uint32_t>(text[i] - '0');
  for (std::size_t i = 5; i < 13; ++i)
    key.number = key.number * 10 + static_cast<std::uint64_t>(text[i] - '0');
  return key;
}

producer_app::producer_app(std::uint32_t id, host& on, const scenario& plan, bool idempotent, judge& truth,
                           mutant wrong)
    : id_(id),
      host_(on),
      plan_(plan),
      settings_(adapt(plan.producer, idempotent, plan.weak_acks)),
      truth_(truth),
      wrong_(wrong),
      random_(plan.seed * 1000 + id),
      accumulator_(
          static_cast<std::size_t>(settings_.batch_size), static_cast<std::size_t>(settings_.buffer_memory),
          [this] { host_.wake(); }, [this] { return host_.now(); }),
      reports_(true, [](const char*) {}),
      core_(on.settings(), settings_, accumulator_, *this, random_.next()) {
  truth_.producer(id_, idempotent, settings_.acks);
}

producer_app::~producer_app() {
  host_.detach(*this);
  host_.loop().remove(core_, host_.now());
}

void producer_app::start() {
  host_.attach(*this);
  host_.loop().add(core_, host_.now());
  accumulator_.topic(topic_name);
  host_.pump();
  tick();
}

void producer_app::tick() {
  if (finished_) return;
  const auto* table = accumulator_.topic(topic_name).partitions.load(std::memory_order_acquire);
  if (table != nullptr && last_ < plan_.records) {
    for (auto burst = 1 + random_.below(6); burst > 0; --burst) {
      const auto partition = static_cast<std::int32_t>(random_.below(table->slots.size()));
      if (wrong_ == mutant::swap_two_records && last_ % 16 == 3) {
        if (produce(last_ + 2, partition) && produce(last_ + 1, partition)) last_ += 2;
      } else if (produce(last_ + 1, partition)) {
        ++last_;
      }
    }
  }
  host_.pump();
  // Spread over the time there is, in bursts.
  const auto pause = plan_.chaos_ends / (plan_.records / 4 + 1);
  host_.at(host_.clock() + static_cast<micros>(random_.below(static_cast<std::uint64_t>(2 * pause + 1))),
           [this] { tick(); });
}

bool producer_app::produce(std::uint64_t number, std::int32_t partition) {
  const auto* table = accumulator_.topic(topic_name).partitions.load(std::memory_order_acquire);
  auto& slot = *table->slots[static_cast<std::size_t>(partition)];
  const record_key key{id_, number};
  const auto value = make_value(key, random_.below(20) == 0 ? 400 : random_.below(60));
  core::accumulator::item item;
  item.timestamp_ms = 1'700'000'000'000 + host_.clock() / millisecond;
  item.value = as_bytes(value);
  item.opaque = number;
  for (;;) {
    delivery_callback call = [this](const delivery& what) { report(what); };
    std::size_t needed = 0;
    switch (accumulator_.append(slot, item, call, core::accumulator::placing::fixed, needed)) {
      case core::accumulator::appended::ok: {
        const auto limit = host_.clock() + settings_.delivery_timeout.count() * millisecond + second;
        truth_.accepted(key, partition, limit);
        return true;
      }
      case core::accumulator::appended::full: break;
      case core::accumulator::appended::no_memory: accumulator_.hurry(); return false;
    }
  }
}

void producer_app::report(const delivery& what) {
  const record_key key{id_, what.opaque()};
  auto told = what.result();
  auto offset = what.offset();
  const bool chosen = what.opaque() % 7 == 3;
  if (wrong_ == mutant::report_never && chosen) return;
  if (wrong_ == mutant::claim_not_persisted && told == outcome::possibly_persisted)
    told = outcome::not_persisted;
  if (wrong_ == mutant::claim_persisted && told != outcome::persisted) told = outcome::persisted;
  if (wrong_ == mutant::wrong_offset_told && chosen) ++offset;
  truth_.reported(key, told, offset);
  if (wrong_ == mutant::report_twice && chosen) truth_.reported(key, told, offset);
}

void producer_app::pumped() {
  if (reports_.any()) reports_.serve(core::time_point{});
}

void producer_app::finish() {
  finished_ = true;
  core_.flush(accumulator_.last_serial());
  accumulator_.hurry();
  host_.pump();
}

void producer_app::close() {
  finished_ = true;
  accumulator_.pool().stop();
  core_.abandon(error{errc::purged, "the producer was closed before it was delivered"});
  host_.pump();
  pumped();
}

}  // namespace kwire::sim
