#pragma once

#include <cstdint>
#include <deque>
#include <kwire/protocol/wire/message.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kwire::protocol {

/// What is wrong with a JSON text, and with which of its members.
struct json_error {
  std::string path;     ///< e.g. `topics[0].partitions[1].index`; empty for the text as a whole
  std::string problem;  ///< e.g. `expected a number, found "x"`

  std::string message() const;
};

/// The record sets of a message that is read from JSON. Fields of record sets are views, so this must live
/// as long as the message.
class record_sets {
 public:
  record_sets() = default;
  /// For texts that tell only the size of their record sets (as `to_json` prints them): the sets in the
  /// order of the fields, depth first, null for a null field.
  explicit record_sets(std::span<const std::optional<bytes_view>> given) : given_(given) {}

  /// Keeps octets alive.
  bytes_view keep(bytes octets) { return owned_.emplace_back(std::move(octets)); }
  /// The next given set; nothing when there is none left.
  std::optional<std::optional<bytes_view>> next() noexcept {
    if (used_ == given_.size()) return std::nullopt;
    return given_[used_++];
  }

 private:
  std::deque<bytes> owned_;
  std::span<const std::optional<bytes_view>> given_;
  std::size_t used_ = 0;
};

/// Fills `message` from JSON in the layout of `to_json`. Members may be left out: they take their default. A
/// record set is octets in base64 under its own name, or comes from `sets` when the text tells only its size.
/// Refused, with the member's path: members that the message or this version does not have, values of
/// another type or out of range, null where the version has none, a masked secret (`***`). The message holds
/// a mixture after a refusal.
[[nodiscard]] boost::system::result<void, json_error> from_json(message_ref message, std::int16_t version,
                                                                std::string_view text, record_sets& sets);

[[noreturn]] void throw_exception_from_error(const json_error& e, const boost::source_location& where);

}  // namespace kwire::protocol
