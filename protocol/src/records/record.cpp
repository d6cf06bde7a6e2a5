#include <kwire/protocol/records/record.hpp>
#include <kwire/protocol/records/varint.hpp>

namespace kwire {

using protocol::detail::load_varint;

namespace {
/// A length-prefixed string; false when it does not fit. `size` is -1 for null.
bool take(const std::byte*& at, const std::byte* end, bytes_view& into, std::int64_t& size) noexcept {
  at = load_varint(at, end, size);
  if (at == nullptr || size < -1 || size > end - at) return false;
  into = {at, static_cast<std::size_t>(size < 0 ? 0 : size)};
  at += into.size();
  return true;
}
}  // namespace

header_range::iterator header_range::begin() const noexcept {
  iterator first;
  std::int64_t count = 0;
  const auto* end = encoded_.data() + encoded_.size();
  const auto* at = encoded_.empty() ? nullptr : load_varint(encoded_.data(), end, count);
  if (at == nullptr || count <= 0 || count > end - at) return first;
  first.at_ = at;
  first.end_ = end;
  first.left_ = static_cast<std::int32_t>(count);
  first.done_ = false;
  first.advance();
  return first;
}

void header_range::iterator::advance() noexcept {
  bytes_view key;
  bytes_view value;
  std::int64_t size = 0;
  if (left_ == 0 || !take(at_, end_, key, size) || size < 0 || !take(at_, end_, value, size)) {
    done_ = true;
    return;
  }
  --left_;
  current_.key = as_text(key);
  current_.value = size < 0 ? std::nullopt : std::optional{value};
}

std::size_t header_range::size() const noexcept {
  std::int64_t count = 0;
  const auto* end = encoded_.data() + encoded_.size();
  if (encoded_.empty()) return 0;
  const auto* at = load_varint(encoded_.data(), end, count);
  return at == nullptr || count < 0 || count > end - at ? 0 : static_cast<std::size_t>(count);
}

std::optional<header_view> record_view::header(std::string_view name) const noexcept {
  for (const auto entry : headers()) {
    if (entry.key == name) return entry;
  }
  return std::nullopt;
}

std::optional<header_view> record_view::last_header(std::string_view name) const noexcept {
  std::optional<header_view> found;
  for (const auto entry : headers()) {
    if (entry.key == name) found = entry;
  }
  return found;
}

}  // namespace kwire

namespace kwire::protocol::detail {

const std::byte* load_long_varint(const std::byte* at, const std::byte* end, std::int64_t& value) noexcept {
  std::uint64_t raw = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (at == end) return nullptr;
    const auto octet = std::to_integer<std::uint64_t>(*at++);
    if (shift == 63 && octet > 1) return nullptr;  // only one bit is left
    raw |= (octet & 0x7f) << shift;
    if (octet < 0x80) {
      value = static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
      return at;
    }
  }
  return nullptr;
}

}  // namespace kwire::protocol::detail
