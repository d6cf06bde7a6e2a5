#include "progress.hpp"

#include <cstdio>

namespace kwire::cli {

void progress::show(std::uint64_t count) {
  const auto now = clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds{500};
  shown_ = true;
  const std::chrono::duration<double> passed = now - began_;
  std::fprintf(stderr, "\r%llu %s, %.0f/s\033[K", static_cast<unsigned long long>(count), unit_.c_str(),
               static_cast<double>(count) / passed.count());
}

void progress::end() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

}  // namespace kwire::cli
