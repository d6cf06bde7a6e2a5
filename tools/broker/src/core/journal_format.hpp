#pragma once

#include <kwire/protocol/bytes.hpp>
#include <optional>
#include <string>

#include "core/types.hpp"

namespace kwire::embedded {

// How entries lie in a file. A file begins with `journal_magic` (the last octet is the version of the
// format); each entry is
//
//     length of the content, 32 bits, big endian
//     CRC-32C of these four octets
//     CRC-32C of the content
//     content
//
// so that a length is believed only when it is as it was written.
inline constexpr std::string_view journal_magic{"KWIREJ\0\1", 8};
inline constexpr std::size_t entry_head_size = 12;
inline constexpr std::size_t largest_entry = 0x7fff'ffff;

/// What stands before an entry of `head` and `body`.
bytes entry_head(bytes_view head, bytes_view body);

/// Reads entries out of what a file holds. Trusts nothing.
class journal_reader {
 public:
  enum class end : std::uint8_t {
    whole,    ///< the last entry ends where the file ends
    torn,     ///< the last entry was not written to its end: what is from `at` on never counted
    damaged,  ///< what is at `at` was written once and is something else now
  };

  explicit journal_reader(bytes_view file) noexcept;

  /// The next entry; nothing at the end, whichever it is.
  std::optional<bytes_view> next() noexcept;
  end how() const noexcept { return how_; }
  /// Where the last good entry ends.
  std::size_t at() const noexcept { return at_; }

 private:
  std::optional<bytes_view> stop(end how) noexcept;
  bool only_zeros_left() const noexcept;

  bytes_view file_;
  std::size_t at_ = 0;
  end how_ = end::whole;
  bool over_ = false;
};

}  // namespace kwire::embedded
