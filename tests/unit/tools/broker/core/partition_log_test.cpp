#include "core/partition_log.hpp"

#include <kwire/protocol/records/batch_reader.hpp>

#include "script.hpp"

namespace kwire::embedded {
namespace {

void append(partition_log& log, const bytes& batch) {
  const std::shared_ptr<std::byte[]> storage = std::make_shared_for_overwrite<std::byte[]>(batch.size());
  std::ranges::copy(batch, storage.get());
  const std::span<std::byte> writable{storage.get(), batch.size()};
  protocol::record_set set{writable};
  const auto header = *set.begin();
  log.append(writable, header, storage, leader_epoch{0});
}

bytes batch_of(std::size_t records, std::size_t octets) {
  return test::make_batch(std::vector<std::string>(records, std::string(octets, 'x')));
}

TEST_CASE("small batches lie together and are read as one slice") {
  partition_log log;
  for (int i = 0; i < 10; ++i) append(log, batch_of(3, 10));
  CHECK(log.end_offset() == 30);
  const auto all = log.read(0, 1 << 20, true);
  CHECK(all.slices.size() == 1);
  CHECK(all.bytes == log.bytes());
  protocol::record_set set{all.slices[0].content};
  std::int64_t next = 0;
  for (const auto& batch : set) {
    CHECK(batch.base_offset == next);
    CHECK(protocol::verify(batch).has_value());
    next = batch.next_offset();
  }
  CHECK(next == 30);
}

TEST_CASE("large batches stay where they came") {
  partition_log log;
  append(log, batch_of(1, 30'000));
  append(log, batch_of(1, 30'000));
  CHECK(log.read(0, 1 << 20, true).slices.size() == 2);
}

TEST_CASE("limits cut between batches, but the first comes whole when asked for") {
  partition_log log;
  for (int i = 0; i < 3; ++i) append(log, batch_of(2, 100));
  const auto size = log.entries()[0].batch.content.size();
  CHECK(log.read(0, 2 * size + 1, false).bytes == 2 * size);
  CHECK(log.read(3, 1 << 20, false).bytes == 2 * size);  // the batch that holds offset 3 comes whole
  CHECK(log.read(0, 1, true).bytes == size);
  CHECK(log.read(0, 1, false).bytes == 0);
  CHECK(log.read(6, 1 << 20, true).bytes == 0);
  CHECK(log.available(0, 1) == size);
}

TEST_CASE("retention and deletion move the start") {
  partition_log log;
  for (int i = 0; i < 4; ++i) append(log, batch_of(2, 100));
  const auto size = log.entries()[0].batch.content.size();
  log.retain(2 * size);
  CHECK(log.start_offset() == 4);
  CHECK(log.bytes() == 2 * size);
  log.delete_before(5);
  CHECK(log.start_offset() == 5);
  CHECK(log.entries().size() == 2);
  log.delete_before(8);
  CHECK(log.entries().empty());
  CHECK(log.end_offset() == 8);
}

}  // namespace
}  // namespace kwire::embedded
