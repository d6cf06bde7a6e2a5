#include "support/messages.hpp"

#include <algorithm>
#include <kwire/protocol/wire/message.hpp>
#include <vector>

#include "dump.hpp"
#include "support/check.hpp"
#include "support/memory.hpp"

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

bool has_key(direction way) { return way == direction::request || way == direction::response; }

std::string named(const selected& what) {
  return std::string{what.entry->info->name} + " version " + std::to_string(what.version);
}

bytes encoded(const selected& what, const any_message& message) {
  writer out;
  const auto done = encode(message.ref(), what.version, out);
  require(done.has_value(), "what was decoded can be encoded",
          [&] { return named(what) + ": " + done.error().message(); });
  require(encoded_size(message.ref(), what.version) == out.buffer().size(), "computed size = encoded size",
          [&] { return named(what); });
  return std::move(out.buffer());
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

void refuse_prefixes(const selected& what, bytes_view whole, bool all) {
  const auto target = what.entry->make();
  const auto step = all || whole.size() <= 8 ? 1 : whole.size() / 8;
  for (std::size_t length = 0; length < whole.size(); length += step) {
    const auto cut = decode(target.ref(), what.version, whole.first(length));
    require(cut.has_error(), "a proper prefix is refused",
            [&] { return named(what) + ": " + std::to_string(length) + " octets"; });
    require(cut.error().offset <= length, "errors lie in the input", [&] { return named(what); });
  }
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

void check_canonical(const selected& what, bytes_view wire, bool all_prefixes) {
  const auto message = what.entry->make();
  require(decode(message.ref(), what.version, wire).has_value(), "decoding gives the same again",
          [&] { return named(what); });
  const auto canonical = encoded(what, message);
  const auto again = what.entry->make();
  const auto back = decode(again.ref(), what.version, canonical);
  require(back.has_value(), "what was encoded can be decoded",
          [&] { return named(what) + ": " + back.error().message(); });
  require(encoded(what, again) == canonical, "decode-encode-decode equality", [&] { return named(what); });
  if (canonical.size() <= 512) {
    require(test::dump(message.ref()) == test::dump(again.ref()), "no value is lost",
            [&] { return named(what) + "\n" + test::dump(message.ref()) + "\n" + test::dump(again.ref()); });
  }
  require(gathered(what, again) == canonical, "gathered = copied", [&] { return named(what); });
  refuse_prefixes(what, canonical, all_prefixes);
}

void check_message(const selected& what, bytes_view wire) {
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
    return;
  }
  const auto last = wire.empty() ? std::byte{} : wire.back();
  check_canonical(what, wire, wire.size() < 64 || (last & std::byte{15}) == std::byte{0});
}

}  // namespace kwire::fuzz
