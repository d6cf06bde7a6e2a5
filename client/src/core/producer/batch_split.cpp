#include "core/producer/batch_split.hpp"

#include <algorithm>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <limits>

namespace kwire::core {
namespace {

constexpr auto whatever_is_out = std::numeric_limits<std::size_t>::max();
constexpr std::size_t largest_batch = std::size_t{1} << 30;  // our own: no need to distrust it

std::vector<header_view> headers_of(const record_view& from) {
  std::vector<header_view> all;
  for (const auto& one : from.headers()) all.push_back(one);
  return all;
}

/// A batch like `whole`, without records and memory.
batch_ptr make_part(const batch& whole, std::int32_t first_record) {
  auto part = std::make_unique<batch>();
  part->slot = whole.slot;
  part->serial = whole.serial;
  part->parts = whole.parts;
  part->first_record = first_record;
  part->opened = whole.opened;
  part->reports.times().opened(whole.reports.times().opened());
  part->number = whole.number;
  part->incarnation = whole.incarnation;
  part->attempts = whole.attempts;
  return part;
}

void add_parts(batch& whole, std::size_t count) {
  if (!whole.parts) whole.parts = std::make_shared<std::atomic<std::int32_t>>(1);
  *whole.parts += static_cast<std::int32_t>(count) - 1;
}

/// Copies the records of a sealed batch into those of `parts` that `part_of` (an index) chooses for their
/// indices; beyond the end of `parts` is nowhere. Gives them room first.
template <class Chooser>
void copy_records(const batch& whole, std::span<batch_ptr> parts, const Chooser& part_of,
                  accumulator_pool& pool) {
  protocol::record_set set{bytes_view{whole.sealed}};
  const auto content = *set.begin();  // the iterator holds it
  protocol::decompressor unpacker;
  bytes buffer;
  const auto payload = protocol::payload(content, unpacker, largest_batch, buffer).value();

  std::vector<std::size_t> sizes(parts.size(), protocol::batch_header_size);
  std::int32_t index = 0;
  for (const auto& record : protocol::records(content, payload)) {
    const std::size_t to = part_of(index++);
    if (to >= parts.size()) continue;
    sizes[to] += protocol::batch_builder::record_bound(record.key(), record.value(), headers_of(record));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i]->memory = pool.take(sizes[i], whatever_is_out);
    parts[i]->builder.open(parts[i]->memory->data(), parts[i]->memory->capacity());
  }
  index = 0;
  for (const auto& record : protocol::records(content, payload)) {
    const std::size_t to = part_of(index++);
    if (to >= parts.size()) continue;
    (void)parts[to]->builder.append(record.timestamp_ms(), record.key(), record.value(), headers_of(record));
  }
}

/// In the order of the records, which the notes of their times keep to. `place_of` gives the part of a
/// record, and its index there.
template <class Placer>
void move_reports(const batch& whole, const Placer& place_of, accumulator_pool& pool) {
  const auto& times = whole.reports.times();
  auto own_left = whole.reports.own().begin();
  auto brief_left = whole.reports.brief().begin();
  auto* own = own_left.next();
  const auto* brief = brief_left.next();
  while (own != nullptr || brief != nullptr) {
    const bool next_is_own = brief == nullptr || (own != nullptr && own->index < brief->index);
    const auto index = next_is_own ? own->index : brief->index;
    const auto [to, number] = place_of(index);
    auto& reports = to->reports;
    if (next_is_own) {
      (void)reports.make_room(pool, report_kind::own, whatever_is_out);
      reports.push(own->call, own->opaque, number, times.of(index, own->created));
      own = own_left.next();
    } else {
      (void)reports.make_room(pool, report_kind::brief, whatever_is_out);
      reports.push_brief(brief->opaque, number, times.of(index, brief->created));
      brief = brief_left.next();
    }
  }
}

}  // namespace

std::array<batch_ptr, 2> split_batch(batch& whole, accumulator_pool& pool) {
  const auto half = whole.count / 2;
  const auto part_of = [half](std::int32_t index) { return index < half ? std::size_t{0} : std::size_t{1}; };
  add_parts(whole, 2);
  std::array<batch_ptr, 2> parts{make_part(whole, whole.first_record),
                                 make_part(whole, whole.first_record + half)};
  copy_records(whole, parts, part_of, pool);
  const auto place_of = [&](std::int32_t index) {
    const auto to = part_of(index);
    return std::pair{parts[to].get(), index - (to == 0 ? 0 : half)};
  };
  move_reports(whole, place_of, pool);
  parts[0]->count = half;
  parts[1]->count = whole.count - half;
  if (whole.base_sequence >= 0) {
    parts[0]->base_sequence = whole.base_sequence;
    parts[1]->base_sequence = sequence_after(whole.base_sequence, half);
  }
  whole.memory.reset();
  return parts;
}

sifted_batch sift_batch(batch& whole, std::span<const std::int32_t> refused, accumulator_pool& pool) {
  const auto before = [&](std::int32_t index) { return std::ranges::lower_bound(refused, index); };
  const auto is_refused = [&](std::int32_t index) {
    const auto found = before(index);
    return found != refused.end() && *found == index;
  };
  const bool any_left = refused.size() < static_cast<std::size_t>(whole.count);
  add_parts(whole, refused.size() + (any_left ? 1 : 0));
  sifted_batch sifted;
  for (const auto index : refused) {
    auto& part = sifted.refused.emplace_back(make_part(whole, whole.first_record + index));
    part->count = 1;
    part->base_sequence = whole.base_sequence;
  }
  if (any_left) {
    sifted.rest = make_part(whole, whole.first_record);
    sifted.rest->count = whole.count - static_cast<std::int32_t>(refused.size());
    copy_records(whole, {&sifted.rest, 1}, is_refused, pool);
  }
  const auto place_of = [&](std::int32_t index) {
    const auto smaller = before(index) - refused.begin();
    if (!is_refused(index)) return std::pair{sifted.rest.get(), index - static_cast<std::int32_t>(smaller)};
    return std::pair{sifted.refused[static_cast<std::size_t>(smaller)].get(), 0};
  };
  move_reports(whole, place_of, pool);
  whole.memory.reset();
  return sifted;
}

}  // namespace kwire::core
