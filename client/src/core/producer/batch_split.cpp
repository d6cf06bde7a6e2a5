#include "core/producer/batch_split.hpp"

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

/// A batch like `whole`, without records, with room for `size` octets.
batch_ptr make_part(batch& whole, std::size_t size, accumulator_pool& pool) {
  auto part = std::make_unique<batch>();
  part->slot = whole.slot;
  part->serial = whole.serial;
  part->parts = whole.parts;
  part->opened = whole.opened;
  part->reports.times().opened(whole.reports.times().opened());
  part->number = whole.number;
  part->attempts = whole.attempts;
  part->memory = pool.take(size, whatever_is_out);
  part->builder.open(part->memory->data(), part->memory->capacity());
  return part;
}

/// In the order of the records, which the notes of their times keep to.
void split_reports(batch& whole, std::int32_t half, std::array<batch_ptr, 2>& parts, accumulator_pool& pool) {
  const auto& times = whole.reports.times();
  auto own_left = whole.reports.own().begin();
  auto brief_left = whole.reports.brief().begin();
  auto* own = own_left.next();
  const auto* brief = brief_left.next();
  while (own != nullptr || brief != nullptr) {
    const bool next_is_own = brief == nullptr || (own != nullptr && own->index < brief->index);
    const auto index = next_is_own ? own->index : brief->index;
    const bool second = index >= half;
    auto& reports = parts[second ? 1 : 0]->reports;
    const auto number = index - (second ? half : 0);
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
  protocol::record_set set{bytes_view{whole.sealed}};
  const auto content = *set.begin();  // the iterator holds it
  protocol::decompressor unpacker;
  bytes buffer;
  const auto payload = protocol::payload(content, unpacker, largest_batch, buffer).value();
  const auto half = whole.count / 2;

  std::array<std::size_t, 2> sizes{protocol::batch_header_size, protocol::batch_header_size};
  std::int32_t index = 0;
  for (const auto& record : protocol::records(content, payload)) {
    sizes[index++ < half ? 0 : 1] +=
        protocol::batch_builder::record_bound(record.key(), record.value(), headers_of(record));
  }
  if (!whole.parts) whole.parts = std::make_shared<std::atomic<std::int32_t>>(1);
  ++*whole.parts;
  std::array<batch_ptr, 2> parts{make_part(whole, sizes[0], pool), make_part(whole, sizes[1], pool)};

  index = 0;
  for (const auto& record : protocol::records(content, payload)) {
    auto& part = *parts[index++ < half ? 0 : 1];
    (void)part.builder.append(record.timestamp_ms(), record.key(), record.value(), headers_of(record));
  }
  split_reports(whole, half, parts, pool);
  parts[0]->count = half;
  parts[1]->count = whole.count - half;
  parts[0]->first_record = whole.first_record;
  parts[1]->first_record = whole.first_record + half;
  if (whole.base_sequence >= 0) {
    parts[0]->base_sequence = whole.base_sequence;
    parts[1]->base_sequence = sequence_after(whole.base_sequence, half);
  }
  whole.memory.reset();
  return parts;
}

}  // namespace kwire::core
