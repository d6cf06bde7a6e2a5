#include "legacy.hpp"

#include <kwire/protocol/wire/reader.hpp>

namespace kwire::protocol::legacy {

namespace {
std::optional<bytes_view> nullable(reader& from) noexcept {
  const auto size = from.fixed<std::int32_t>();
  if (size == -1) return std::nullopt;
  if (size < 0) from.fail(wire_errc::bad_record);
  return from.take(size < 0 ? 0 : static_cast<std::size_t>(size));
}
}  // namespace

wire_errc parse(bytes_view raw, message& into) noexcept {
  reader from{raw};
  into.raw = raw;
  into.offset = from.fixed<std::int64_t>();
  from.skip(8);  // size and checksum
  into.magic = from.fixed<std::int8_t>();
  into.attributes = from.fixed<std::int8_t>();
  into.timestamp = into.magic == 0 ? -1 : from.fixed<std::int64_t>();
  into.key = nullable(from);
  into.value = nullable(from);
  return from.ok() && from.remaining() == 0 ? wire_errc{} : wire_errc::bad_record;
}

std::size_t whole_size(bytes_view in) noexcept {
  if (in.size() < prefix_size) return 0;
  const auto rest = reader::load<std::int32_t>(in.data() + 8);
  if (rest < static_cast<std::int32_t>(min_size(0) - prefix_size)) return 0;
  const auto size = prefix_size + static_cast<std::size_t>(rest);
  return size > in.size() ? 0 : size;
}

}  // namespace kwire::protocol::legacy
