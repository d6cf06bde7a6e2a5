#include "trace.hpp"

#include <cstring>

namespace kwire::sim {

void trace::mix(bytes_view content) noexcept {
  mix(content.size());
  while (!content.empty()) {
    std::uint64_t word = 0;
    const auto count = std::min<std::size_t>(content.size(), sizeof(word));
    std::memcpy(&word, content.data(), count);
    mix(word);
    content = content.subspan(count);
  }
}

void trace::print(const std::string& text) const {
  const auto now = clock_->now();
  std::printf("%5lld.%06lld %s\n", static_cast<long long>(now / second), static_cast<long long>(now % second),
              text.c_str());
}

}  // namespace kwire::sim
