#pragma once

#include <cstddef>
#include <kwire/protocol/bytes.hpp>
#include <string>
#include <string_view>

#include "output.hpp"

namespace kwire::cli {

/// What of a frame is shown, and how.
struct decode_view {
  std::size_t max_bytes = 64;  ///< of keys, values and other octets
  bool secrets = false;
};

/// Lines of decoded text: the place of a field in its frame, then the field, indented by its depth. What is
/// written goes on to `output` now and then, so that the text of a large frame is never held as a whole.
class lines {
 public:
  explicit lines(std::string& into) : into_(&into) {}
  explicit lines(output& to) : into_(&to.buffer()), to_(&to) {}

  void at(std::size_t offset, unsigned depth, std::string_view text);
  /// A line that belongs to no place in the frame.
  void plain(unsigned depth, std::string_view text);
  /// The octets around `offset`, sixteen a line, with the place marked.
  void dump(bytes_view frame, std::size_t offset);

 private:
  void end();
  std::string* into_;
  output* to_ = nullptr;
};

/// Octets for people: in quotes when they are readable text, else in hex; cut behind `most`.
std::string show_octets(bytes_view octets, std::size_t most);

/// Whether the octets are UTF-8 without control characters other than tab and line ends.
bool is_readable(bytes_view octets);

/// `2026-01-31T12:00:00.123Z`; the number itself when it is out of range.
std::string show_time(std::int64_t milliseconds);

}  // namespace kwire::cli
