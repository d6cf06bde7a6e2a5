#include "output.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kwire::cli {

void output::flush() {
  std::string_view left = buffer_;
  while (!left.empty() && !closed_) {
    const auto written = ::write(descriptor_, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor_, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      if (errno != EPIPE) failure_ = std::strerror(errno);
      closed_ = true;
    }
  }
  buffer_.clear();
}

}  // namespace kwire::cli
