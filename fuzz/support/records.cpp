#include "support/records.hpp"

#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/writer.hpp>

#include "support/check.hpp"
#include "support/memory.hpp"

namespace kwire::fuzz {
namespace {

using namespace protocol;

bool inside(bytes_view part, bytes_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// Touches all octets of a record, so that AddressSanitizer sees a view that leaves its buffer.
std::size_t touch(const record_view& record, bytes_view payload) {
  std::size_t sum = 0;
  const auto read = [&](const std::optional<bytes_view>& part) {
    if (!part) return;
    require(inside(*part, payload), "records are views into the payload");
    for (auto octet : *part) sum += std::to_integer<std::size_t>(octet);
  };
  read(record.key());
  read(record.value());
  std::size_t headers = 0;
  for (const auto& header : record.headers()) {
    read(as_bytes(header.key));
    read(header.value);
    ++headers;
  }
  require(headers == record.headers().size(), "all announced headers can be read");
  return sum;
}

void check_records(const batch_view& batch, bytes_view payload) {
  auto range = records(batch, payload);
  std::int64_t count = 0;
  std::optional<std::int64_t> previous;
  for (record_view record; range.next(record); ++count) {
    (void)touch(record, payload);
    if (batch.magic == 2) {
      require(record.offset() >= batch.base_offset && record.offset() <= batch.last_offset,
              "offsets lie in their batch");
      if (batch.control()) (void)parse_control(record).has_value();
    }
    previous = record.offset();
  }
  if (range.error()) {
    require(range.error_info().offset <= payload.size(), "errors lie in the payload");
  } else if (batch.magic == 2) {
    require(count == batch.count, "a batch that reads to its end has as many records as it says");
  }
  if (validate(batch, payload).has_value()) require(!range.error(), "what is valid can be read");
  // From an offset on: the tail of the same records, the error if there is one.
  if (previous) {
    auto tail = records(batch, payload, *previous);
    for (record_view record; tail.next(record);) {
      require(record.offset() >= *previous, "no record before the wanted offset");
    }
  }
}

void check_batch(const batch_view& batch, decompressor& unpack) {
  (void)verify(batch).has_value();
  bytes buffer;
  std::optional<wire_result<bytes_view>> content;
  {
    memory_watch watch;
    content.emplace(payload(batch, unpack, record_cap, buffer));
    // Decompressors have windows of their own; growing buffers hold old and new for a moment.
    require_memory(watch, batch.raw.size(), 3 * record_cap + (10 << 20));
  }
  require(buffer.size() <= record_cap, "the cap holds");
  if (!*content) return;
  require((*content)->size() <= record_cap || !batch.compressed(), "the cap holds");
  check_records(batch, **content);
}

}  // namespace

void repair_checksums(std::span<std::byte> set) {
  while (set.size() >= 17) {
    const auto length = reader::load<std::int32_t>(set.data() + batch_at::length);
    if (length < 5 || static_cast<std::size_t>(length) > set.size() - batch_prefix_size) return;
    const auto batch = set.first(batch_prefix_size + static_cast<std::size_t>(length));
    if (batch[batch_at::magic] == std::byte{2} && batch.size() >= batch_header_size) {
      store(batch.data() + batch_at::crc, crc32c(bytes_view{batch}.subspan(batch_at::attributes)));
    } else if (batch[batch_at::magic] <= std::byte{1}) {
      store(batch.data() + batch_prefix_size, crc32(bytes_view{batch}.subspan(batch_at::magic)));
    }
    set = set.subspan(batch.size());
  }
}

void repair_lengths(std::span<std::byte> set) {
  while (set.size() > batch_prefix_size) {
    const auto length = reader::load<std::int32_t>(set.data() + batch_at::length);
    const auto left = set.size() - batch_prefix_size;
    if (length < 5 || static_cast<std::size_t>(length) > left) {
      store(set.data() + batch_at::length, static_cast<std::int32_t>(left));
      return;
    }
    set = set.subspan(batch_prefix_size + static_cast<std::size_t>(length));
  }
}

void check_record_set(bytes_view octets) {
  static decompressor unpack;
  record_set set{octets};
  std::size_t position = 0;
  for (const auto& batch : set) {
    require(batch.at == position && inside(batch.raw, octets) && inside(batch.body, batch.raw),
            "batches follow each other");
    require(batch.raw.size() >= 17, "a batch is never empty");
    position += batch.raw.size();
    check_batch(batch, unpack);
  }
  if (set.error()) {
    require(set.error_info().offset <= octets.size(), "errors lie in the set");
  } else {
    require(position + set.cut_off() == octets.size(), "every octet is a batch's or cut off");
  }
  (void)set.first_batch_size();
}

}  // namespace kwire::fuzz
