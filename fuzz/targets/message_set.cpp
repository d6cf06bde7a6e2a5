// Old message sets: magic 0 or 1, messages one behind the other with lengths and checksums that are right.
#include <kwire/protocol/wire/writer.hpp>

#include "support/records.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto magic = static_cast<std::byte>(in.below(2));
  bytes set;
  while (!in.empty()) {
    auto message = to_bytes(in.piece());
    if (message.size() >= 18) {
      protocol::store(message.data() + 8, static_cast<std::int32_t>(message.size() - 12));
      message[protocol::batch_at::magic] = magic;
    }
    set.insert(set.end(), message.begin(), message.end());
  }
  fuzz::repair_checksums(set);
  fuzz::check_record_set(set);
  return 0;
}
