#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <string>
#include <type_traits>

namespace kwire::protocol {

/// What can be wrong with bytes (or with a value that bytes cannot carry).
enum class wire_errc {
  truncated = 1,        ///< the message ends before the field does
  trailing_bytes,       ///< bytes are left after the last field
  bad_length,           ///< a negative or impossible length
  bad_count,            ///< more elements announced than the remaining bytes can hold
  bad_varint,           ///< a variable-length integer that does not end
  unexpected_null,      ///< null where the version does not allow it
  bad_tag_order,        ///< tagged fields repeated or not ascending
  bad_tag_size,         ///< a tagged field is longer or shorter than announced
  too_deep,             ///< nesting beyond what any message has
  unsupported_version,  ///< the message does not exist at this version
  not_representable,    ///< a value that the version has no field for
  frame_too_large,      ///< a frame above the cap, or a negative frame length
  not_kafka,            ///< the first bytes are another protocol's
  bad_crc,              ///< record batch checksum mismatch
  bad_magic,            ///< unknown record format
  bad_record,           ///< lengths inside a record batch contradict each other
  unknown_codec,        ///< compression type outside Kafka's table
  bad_compression,      ///< compressed bytes that do not decompress
  too_large,            ///< output above the given cap
};

const boost::system::error_category& wire_category() noexcept;
boost::system::error_code make_error_code(wire_errc code) noexcept;

/// Where and why decoding or encoding failed.
struct wire_error {
  wire_errc code{};
  std::size_t offset = 0;  ///< of the field in the message (not counting the frame length)
  std::string path;        ///< e.g. `topics[2].partitions[0].records`

  wire_error() = default;
  wire_error(wire_errc c, std::size_t at = 0, std::string where = {})
      : code(c), offset(at), path(std::move(where)) {}
  std::string message() const;
};

template <class T>
using wire_result = boost::system::result<T, wire_error>;

[[noreturn]] void throw_exception_from_error(const wire_error& e, const boost::source_location& where);

}  // namespace kwire::protocol

template <>
struct boost::system::is_error_code_enum<kwire::protocol::wire_errc> : std::true_type {};
