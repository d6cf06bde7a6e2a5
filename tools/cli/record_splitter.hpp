#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kwire::cli {

/// Cuts what a file descriptor delivers at a delimiter. Waiting for input ends when a stop is asked for.
class record_splitter {
 public:
  /// Does not close the descriptor. `stop` becomes readable when reading is to end; -1: never.
  record_splitter(int descriptor, std::string delimiter, int stop = -1);

  /// The next piece without its delimiter, valid until the next call; nothing at the end of input, when a
  /// stop was asked for, or on failure. The last piece needs no delimiter; an empty one there does not count.
  std::optional<std::string_view> next();

  /// Why reading failed; empty when it did not.
  const std::string& failure() const noexcept { return failure_; }
  bool stopped() const noexcept { return stopped_; }

 private:
  bool fill();

  int descriptor_;
  std::string delimiter_;
  int stop_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t searched_ = 0;  ///< no delimiter begins before here
  bool over_ = false;
  bool stopped_ = false;
  std::string failure_;
};

}  // namespace kwire::cli
