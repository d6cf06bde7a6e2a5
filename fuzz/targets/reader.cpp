// Primitives: whatever is asked of the reader, it stays inside, its first failure sticks, and what it gives
// is what the writer wrote.
#include <kwire/protocol/records/varint.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/writer.hpp>

#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;
using namespace kwire::protocol;

namespace {

/// Writes the value back and compares with what was read, unless the form on the wire was a longer one.
template <class Write>
void compare(const reader& from, bytes_view whole, std::size_t before, Write write) {
  if (!from.ok()) return;
  writer out;
  write(out);
  const auto read = whole.subspan(before, from.offset() - before);
  fuzz::require(out.buffer().size() < read.size() || same_bytes(out.buffer(), read), "primitives come back");
}

void one(reader& from, bytes_view whole, fuzz::input& in) {
  const auto before = from.offset();
  switch (in.below(12)) {
    case 0: {
      const auto v = from.fixed<std::int8_t>();
      return compare(from, whole, before, [&](writer& w) { w.fixed(v); });
    }
    case 1: {
      const auto v = from.fixed<std::int16_t>();
      return compare(from, whole, before, [&](writer& w) { w.fixed(v); });
    }
    case 2: {
      const auto v = from.fixed<std::int32_t>();
      return compare(from, whole, before, [&](writer& w) { w.fixed(v); });
    }
    case 3: {
      const auto v = from.fixed<std::int64_t>();
      return compare(from, whole, before, [&](writer& w) { w.fixed(v); });
    }
    case 4: {
      const auto v = from.uvarint();
      return compare(from, whole, before, [&](writer& w) { w.uvarint(v); });
    }
    case 5: {
      const auto v = from.varint();
      return compare(from, whole, before, [&](writer& w) { w.varint(v); });
    }
    case 6: {
      const auto v = from.varlong();
      return compare(from, whole, before, [&](writer& w) { w.varint(v); });
    }
    case 7: {
      const auto v = from.take(in.number<std::uint8_t>());
      return compare(from, whole, before, [&](writer& w) { w.raw(v); });
    }
    case 8: {
      const auto v = from.id();
      return compare(from, whole, before, [&](writer& w) { w.id(v); });
    }
    case 9: (void)from.float64(); return;
    case 10: from.skip(in.number<std::uint16_t>()); return;
    default: {
      const auto count = in.number<std::uint8_t>();
      const auto* outer = from.enter(count);
      if (from.ok()) fuzz::require(from.remaining() == count, "an inner part has its size");
      (void)from.fixed<std::int16_t>();
      from.leave(outer);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto script = in.piece();
  const auto whole = in.rest();
  fuzz::input steps{reinterpret_cast<const std::uint8_t*>(script.data()), script.size()};
  reader from{whole};
  while (!steps.empty()) {
    const bool was_ok = from.ok();
    const auto error = from.error();
    const auto before = from.offset();
    one(from, whole, steps);
    fuzz::require(from.offset() >= before && from.offset() + from.remaining() == whole.size(),
                  "the reader stays inside");
    if (!was_ok) fuzz::require(from.offset() == before && from.error() == error, "the first failure sticks");
    if (!from.ok()) fuzz::require(from.failed_at() <= whole.size(), "errors lie in the input");
  }
  std::int64_t quick = 0;
  reader slow{whole};
  const auto value = slow.varlong();
  const auto* end = detail::load_varint(whole.data(), whole.data() + whole.size(), quick);
  fuzz::require((end != nullptr) == slow.ok() && (end == nullptr || quick == value),
                "both varint readers agree");
  return 0;
}
