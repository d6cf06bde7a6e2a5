#include "core/journal_format.hpp"

#include <algorithm>
#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/writer.hpp>

namespace kwire::embedded {
namespace {

using protocol::crc32c;

}  // namespace

bytes entry_head(bytes_view head, bytes_view body) {
  protocol::writer out;
  out.fixed(static_cast<std::uint32_t>(head.size() + body.size()));
  out.fixed(crc32c(out.buffer()));
  out.fixed(crc32c(body, crc32c(head)));
  return std::move(out.buffer());
}

journal_reader::journal_reader(bytes_view file) noexcept : file_(file) {
  const auto start = file.first(std::min(file.size(), journal_magic.size()));
  const auto known = as_bytes(journal_magic.substr(0, start.size()));
  if (!std::ranges::equal(start, known)) {
    (void)stop(only_zeros_left() ? end::torn : end::damaged);
  } else if (start.size() < journal_magic.size()) {
    (void)stop(end::torn);
  } else {
    at_ = journal_magic.size();
  }
}

std::optional<bytes_view> journal_reader::stop(end how) noexcept {
  how_ = how;
  over_ = true;
  return std::nullopt;
}

/// A file system that was cut off may have made a file longer without having written to it.
bool journal_reader::only_zeros_left() const noexcept {
  return std::ranges::all_of(file_.subspan(at_), [](std::byte octet) { return octet == std::byte{0}; });
}

std::optional<bytes_view> journal_reader::next() noexcept {
  if (over_) return std::nullopt;
  const auto rest = file_.subspan(at_);
  if (rest.empty()) return stop(end::whole);
  if (rest.size() < entry_head_size) return stop(end::torn);
  const auto size = protocol::reader::load<std::uint32_t>(rest.data());
  const bool length_holds = crc32c(rest.first(4)) == protocol::reader::load<std::uint32_t>(rest.data() + 4);
  if (!length_holds || size > largest_entry) return stop(only_zeros_left() ? end::torn : end::damaged);
  if (rest.size() - entry_head_size < size) return stop(end::torn);
  const auto content = rest.subspan(entry_head_size, size);
  if (crc32c(content) != protocol::reader::load<std::uint32_t>(rest.data() + 8)) {
    // The last one may have been written in part, in any order.
    return stop(rest.size() == entry_head_size + size ? end::torn : end::damaged);
  }
  at_ += entry_head_size + size;
  return content;
}

}  // namespace kwire::embedded
