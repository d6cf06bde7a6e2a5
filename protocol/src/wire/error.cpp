#include <boost/assert/source_location.hpp>
#include <boost/system/system_error.hpp>
#include <kwire/protocol/wire/error.hpp>

namespace kwire::protocol {
namespace {

std::string_view text_of(wire_errc code) {
  switch (code) {
    case wire_errc::truncated: return "the message ends inside a field";
    case wire_errc::trailing_bytes: return "bytes are left after the last field";
    case wire_errc::bad_length: return "impossible length";
    case wire_errc::bad_count: return "more elements announced than the remaining bytes can hold";
    case wire_errc::bad_varint: return "variable-length integer does not end";
    case wire_errc::unexpected_null: return "null where the version does not allow it";
    case wire_errc::bad_tag_order: return "tagged fields repeated or out of order";
    case wire_errc::bad_tag_size: return "tagged field longer or shorter than announced";
    case wire_errc::too_deep: return "structures nested too deep";
    case wire_errc::unsupported_version: return "the message does not exist at this version";
    case wire_errc::not_representable: return "the version has no field for this value";
    case wire_errc::frame_too_large: return "frame length above the limit or negative";
    case wire_errc::not_kafka: return "the peer does not speak the Kafka protocol";
    case wire_errc::bad_crc: return "record batch checksum mismatch";
    case wire_errc::bad_magic: return "unknown record format";
    case wire_errc::bad_record: return "lengths inside a record batch contradict each other";
    case wire_errc::unknown_codec: return "unknown compression type";
    case wire_errc::bad_compression: return "compressed bytes do not decompress";
    case wire_errc::too_large: return "larger than the limit";
  }
  return "unknown wire error";
}

class category final : public boost::system::error_category {
  const char* name() const noexcept override { return "kwire.wire"; }
  std::string message(int value) const override {
    return std::string{text_of(static_cast<wire_errc>(value))};
  }
};

}  // namespace

const boost::system::error_category& wire_category() noexcept {
  static const category instance;
  return instance;
}

boost::system::error_code make_error_code(wire_errc code) noexcept {
  return {static_cast<int>(code), wire_category()};
}

std::string wire_error::message() const {
  auto text = std::string{text_of(code)};
  if (!path.empty()) text += " at " + path;
  return text + " (octet " + std::to_string(offset) + ")";
}

void throw_exception_from_error(const wire_error& e, const boost::source_location& where) {
  boost::system::error_code code{make_error_code(e.code)};
  boost::throw_exception(boost::system::system_error(code, e.message()), where);
}

}  // namespace kwire::protocol
