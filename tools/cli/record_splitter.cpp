#include "record_splitter.hpp"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace kwire::cli {
namespace {

constexpr std::size_t chunk = 64 * 1024;

}  // namespace

record_splitter::record_splitter(int descriptor, std::string delimiter, int stop)
    : descriptor_(descriptor), delimiter_(std::move(delimiter)), stop_(stop), buffer_(2 * chunk) {}

std::optional<std::string_view> record_splitter::next() {
  for (;;) {
    const auto* from = buffer_.data() + searched_;
    const auto* found = static_cast<const char*>(
        delimiter_.empty() ? nullptr
                           : ::memmem(from, end_ - searched_, delimiter_.data(), delimiter_.size()));
    if (found != nullptr) {
      const std::string_view piece{buffer_.data() + begin_,
                                   static_cast<std::size_t>(found - buffer_.data()) - begin_};
      begin_ += piece.size() + delimiter_.size();
      searched_ = begin_;
      return piece;
    }
    // A delimiter may have begun at the very end.
    const auto tail = delimiter_.empty() ? 0 : delimiter_.size() - 1;
    searched_ = std::max(searched_, end_ - std::min(tail, end_ - begin_));
    if (!over_ && fill()) continue;
    if (stopped_ || !failure_.empty() || begin_ == end_) return std::nullopt;
    const std::string_view piece{buffer_.data() + begin_, end_ - begin_};
    begin_ = searched_ = end_;
    return piece;
  }
}

/// Reads some more; false at the end.
bool record_splitter::fill() {
  if (begin_ > 0 && buffer_.size() - end_ < chunk) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    searched_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < chunk) buffer_.resize(2 * buffer_.size());
  for (;;) {
    pollfd ready[] = {{stop_, POLLIN, 0}, {descriptor_, POLLIN, 0}};
    if (::poll(ready, 2, -1) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (ready[0].revents != 0) {
      stopped_ = over_ = true;
      return false;
    }
    const auto count = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
    if (count > 0) {
      end_ += static_cast<std::size_t>(count);
      return true;
    }
    if (count == 0) {
      over_ = true;
      return false;
    }
    if (errno != EINTR && errno != EAGAIN) break;
  }
  failure_ = ::strerror(errno);
  over_ = true;
  return false;
}

}  // namespace kwire::cli
