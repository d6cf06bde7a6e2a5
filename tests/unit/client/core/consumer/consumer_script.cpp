#include "consumer_script.hpp"

#include <kwire/protocol/records/batch_builder.hpp>

namespace kwire::test {

bytes make_batch(std::int64_t base, std::int32_t count) {
  bytes buffer(64 * 1024);
  protocol::batch_builder builder;
  builder.open(buffer.data(), buffer.size());
  for (std::int32_t i = 0; i < count; ++i) {
    const auto text = "v" + std::to_string(base + i);
    (void)builder.append(1000 + i, std::nullopt, as_bytes(text));
  }
  const auto sealed = builder.seal({});
  protocol::store(sealed.data(), base);
  return {sealed.begin(), sealed.end()};
}

}  // namespace kwire::test
