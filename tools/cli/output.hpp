#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kwire::cli {

/// Buffered writing to a file descriptor. A reader that has gone away (`kwire consume | head`) is no error:
/// what follows is dropped, and `closed` says that there is no point in going on.
class output {
 public:
  explicit output(int descriptor = 1) : descriptor_(descriptor) { buffer_.reserve(2 * flush_size); }
  ~output() { flush(); }
  output(const output&) = delete;
  output& operator=(const output&) = delete;

  void write(std::string_view text) {
    buffer_.append(text);
    if (buffer_.size() >= flush_size) flush();
  }
  /// For those who append piece by piece; call `relieve` now and then.
  std::string& buffer() noexcept { return buffer_; }
  void relieve() {
    if (buffer_.size() >= flush_size) flush();
  }
  void flush();

  bool closed() const noexcept { return closed_; }
  /// Why writing failed (a full disk); empty while it has not. A closed pipe does not count.
  const std::string& failure() const noexcept { return failure_; }

 private:
  static constexpr std::size_t flush_size = 64 * 1024;

  int descriptor_;
  bool closed_ = false;
  std::string buffer_;
  std::string failure_;
};

}  // namespace kwire::cli
