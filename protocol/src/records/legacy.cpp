#include "legacy.hpp"

#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/writer.hpp>

namespace kwire::protocol::legacy {

namespace {
std::optional<bytes_view> nullable(reader& from) noexcept {
  const auto size = from.fixed<std::int32_t>();
  if (size == -1) return std::nullopt;
  if (size < 0) from.fail(wire_errc::bad_record);
  return from.take(size < 0 ? 0 : static_cast<std::size_t>(size));
}

std::byte* put_nullable(std::byte* to, std::optional<bytes_view> field) noexcept {
  store(to, field ? static_cast<std::int32_t>(field->size()) : -1);
  to += 4;
  if (field && !field->empty()) std::memcpy(to, field->data(), field->size());
  return to + (field ? field->size() : 0);
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

void append(bytes& out, const message& from) {
  const auto content = (from.key ? from.key->size() : 0) + (from.value ? from.value->size() : 0);
  const auto size = min_size(from.magic) + content;
  const auto at = out.size();
  out.resize(at + size);
  auto* to = out.data() + at;
  store(to, from.offset);
  store(to + 8, static_cast<std::int32_t>(size - prefix_size));
  store(to + magic_at, from.magic);
  store(to + attributes_at, from.attributes);
  if (from.magic == 1) store(to + timestamp_at, from.timestamp);
  put_nullable(put_nullable(to + header_size(from.magic), from.key), from.value);
  store(to + crc_at, crc32(bytes_view{to, size}.subspan(magic_at)));
}

std::size_t whole_size(bytes_view in) noexcept {
  if (in.size() < prefix_size) return 0;
  const auto rest = reader::load<std::int32_t>(in.data() + 8);
  if (rest < static_cast<std::int32_t>(min_size(0) - prefix_size)) return 0;
  const auto size = prefix_size + static_cast<std::size_t>(rest);
  return size > in.size() ? 0 : size;
}

}  // namespace kwire::protocol::legacy
