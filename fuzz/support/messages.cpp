#include "support/messages.hpp"

#include <algorithm>
#include <kwire/protocol/records/crc32c.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <vector>

#include "dump.hpp"
#include "support/check.hpp"
#include "support/dice.hpp"
#include "support/memory.hpp"
#include "support/values.hpp"

namespace kwire::fuzz {
namespace {

using namespace protocol;

/// Messages that have no key, in the order of the list.
const std::vector<const message_entry*>& keyless(direction way) {
  const auto gather = [](direction which) {
    std::vector<const message_entry*> found;
    for (const auto& entry : all_messages()) {
      if (entry.info->way == which) found.push_back(&entry);
    }
    return found;
  };
  static const auto stored = gather(direction::stored);
  static const auto headers = gather(direction::header);
  return way == direction::stored ? stored : headers;
}

/// From here on values are not compared, which takes memory; what is written still is.
constexpr std::size_t large = 65'536;

bool has_key(direction way) { return way == direction::request || way == direction::response; }

std::string named(const selected& what) {
  return std::string{what.entry->info->name} + " version " + std::to_string(what.version);
}

void encode_into(writer& out, const selected& what, const any_message& message) {
  const auto done = encode(message.ref(), what.version, out);
  require(done.has_value(), "what was decoded can be encoded",
          [&] { return named(what) + ": " + done.error().message(); });
}

bytes gathered(const selected& what, const any_message& message) {
  writer out;
  out.gather(true);
  (void)encode(message.ref(), what.version, out);
  bytes whole;
  std::size_t from = 0;
  const auto copy = [&](std::size_t to) {
    whole.insert(whole.end(), out.buffer().begin() + static_cast<std::ptrdiff_t>(from),
                 out.buffer().begin() + static_cast<std::ptrdiff_t>(to));
    from = to;
  };
  for (const auto& slice : out.slices()) {
    copy(slice.at);
    whole.insert(whole.end(), slice.content.begin(), slice.content.end());
  }
  copy(out.buffer().size());
  require(whole.size() == out.total(), "gathered total = octets", [&] { return named(what); });
  return whole;
}

void refuse_prefix(const selected& what, const any_message& target, bytes_view cut) {
  const auto done = decode(target.ref(), what.version, cut);
  require(done.has_error(), "a proper prefix is refused",
          [&] { return named(what) + ": " + std::to_string(cut.size()) + " octets"; });
  require(done.error().offset <= cut.size(), "errors lie in the input", [&] { return named(what); });
}

/// Prefixes of every length take time with the square of the size. Of long messages they are a sample, which
/// the content decides: over many inputs it comes to all. What failed to decode last is left in `target`.
void refuse_prefixes(const selected& what, const any_message& target, bytes_view whole) {
  constexpr std::size_t few = 32;
  constexpr std::size_t many = 1024;
  if (whole.empty()) return;
  dice random{crc32c(whole)};
  if (whole.size() <= few || (whole.size() <= many && random.below(64) == 0)) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      refuse_prefix(what, target, whole.first(length));
    }
    return;
  }
  for (int i = 0; i < 3; ++i) refuse_prefix(what, target, whole.first(random.below(whole.size())));
  refuse_prefix(what, target, whole.first(whole.size() - 1));
}

/// The first round: decodes what may be anything and encodes it again. False when it does not decode.
bool make_canonical(const selected& what, bytes_view wire, writer& out, bytes& values) {
  const auto message = what.entry->make();
  wire_result<void> done;
  {
    memory_watch watch;
    done = decode(message.ref(), what.version, wire);
    require_memory(watch, wire.size());
  }
  if (!done) {
    require(done.error().offset <= wire.size(), "errors lie in the input",
            [&] { return named(what) + ": " + done.error().message(); });
    return false;
  }
  encode_into(out, what, message);
  require(encoded_size(message.ref(), what.version) == out.buffer().size(), "computed size = encoded size",
          [&] { return named(what); });
  if (wire.size() < large) append_values(message.ref(), values);
  return true;
}

void expect_values(const selected& what, const any_message& message, bytes_view wire, const bytes& values) {
  static bytes found;
  found.clear();
  append_values(message.ref(), found);
  require(found == values, "no value is lost, and none of before shines through", [&] {
    const auto first = what.entry->make();
    (void)decode(first.ref(), what.version, wire);
    return named(what) + "\n" + test::dump(first.ref()) + "\n" + test::dump(message.ref());
  });
}

}  // namespace

selected select(input& in, direction way) {
  const message_entry* entry = nullptr;
  if (has_key(way)) {
    const auto keys = static_cast<std::size_t>(raw(api::unregister_controller)) + 1;
    entry = find_message(api{static_cast<std::int16_t>(in.below(keys))}, way);
  } else {
    const auto& list = keyless(way);
    entry = list[in.below(list.size())];
  }
  const auto& range = entry->info->versions;
  const auto count = static_cast<std::size_t>(range.max - range.min) + 1;
  return {entry, static_cast<std::int16_t>(range.min + static_cast<std::int16_t>(in.below(count)))};
}

bytes selector(const message_entry& entry, std::int16_t version) {
  std::size_t place = static_cast<std::size_t>(raw(entry.info->key));
  if (!has_key(entry.info->way)) {
    const auto& list = keyless(entry.info->way);
    place = static_cast<std::size_t>(std::ranges::find(list, &entry) - list.begin());
  }
  return {static_cast<std::byte>(place), static_cast<std::byte>(version - entry.info->versions.min)};
}

void check_message(const selected& what, bytes_view wire) {
  // Reused, as inputs come by the million.
  static writer first, second;
  static bytes values;
  first.clear();
  second.clear();
  values.clear();
  if (!make_canonical(what, wire, first, values)) return;
  const auto& canonical = first.buffer();
  {
    const auto again = what.entry->make();
    const auto back = decode(again.ref(), what.version, canonical);
    require(back.has_value(), "what was encoded can be decoded",
            [&] { return named(what) + ": " + back.error().message(); });
    encode_into(second, what, again);
    require(second.buffer() == canonical, "decode-encode-decode equality", [&] { return named(what); });
    require(gathered(what, again) == canonical, "gathered = copied", [&] { return named(what); });
  }
  // Once more over what failures have left behind: storage is reused.
  const auto used = what.entry->make();
  refuse_prefixes(what, used, canonical);
  require(decode(used.ref(), what.version, canonical).has_value(), "used storage can be decoded into",
          [&] { return named(what); });
  if (wire.size() < large) expect_values(what, used, wire, values);
}

}  // namespace kwire::fuzz
