// Compressed octets behind the header of a batch, whose cap has to hold.
#include <kwire/protocol/wire/writer.hpp>

#include "support/records.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto attributes = in.number<std::uint8_t>();
  const auto count = in.number<std::int16_t>();
  const auto body = in.rest();
  bytes batch(batch_header_size + body.size());
  store(batch.data() + batch_at::length, static_cast<std::int32_t>(batch.size() - batch_prefix_size));
  batch[batch_at::magic] = std::byte{2};
  store(batch.data() + batch_at::attributes, static_cast<std::int16_t>(attributes));
  store(batch.data() + batch_at::last_offset_delta, static_cast<std::int32_t>(count) - 1);
  store(batch.data() + batch_at::count, static_cast<std::int32_t>(count));
  std::ranges::copy(body, batch.begin() + static_cast<std::ptrdiff_t>(batch_header_size));
  fuzz::repair_checksums(batch);
  fuzz::check_record_set(batch);
  return 0;
}
