#include "support/mutator.hpp"

#include <array>
#include <kwire/protocol/wire/visitor.hpp>

#include "support/dice.hpp"
#include "support/messages.hpp"
#include "support/records.hpp"
#include "support/target.hpp"
#include "wire/scalars.hpp"

// libFuzzer's own; the replay programs have none.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t max_size);

namespace kwire::fuzz {
namespace {

using namespace protocol;

constexpr std::size_t most_elements = 64;

/// Visits all fields that a version has; at the one whose turn it is, changes it.
class changer final : public visitor {
 public:
  changer(std::int16_t version, bool flexible, std::size_t target, dice& random)
      : random_(random), target_(target), version_(version), flexible_(flexible) {}

  void structure(value_ref value) {
    value.type->describe(value.at, *this);
    if (flexible_ && turn()) tags(*value.type->unknown(value.at));
  }
  std::size_t seen() const noexcept { return seen_; }

 private:
  bool turn() { return seen_++ == target_; }
  std::size_t below(std::size_t limit) { return random_.below(limit); }

  void visit(std::string_view, value_ref field, const traits& how) override {
    if (!how.exists(version_)) return;
    if (field.type->shape != kind::optional) return value(field);
    if (how.nullable(version_) && turn()) {
      if (field.type->target(field.at) != nullptr) return field.type->reset(field.at);
      field.type->engage(field.at);
    }
    if (void* target = field.type->target(field.at)) value({target, field.type->inner});
  }

  void value(value_ref field) {
    switch (field.type->shape) {
      case kind::uuid:
        if (turn()) as<uuid>(field).octets[below(16)] ^= static_cast<std::uint8_t>(random_());
        return;
      case kind::string:
        if (turn()) text(as<std::string>(field));
        return;
      case kind::bytes:
        if (turn()) as<bytes>(field).resize(below(300), static_cast<std::byte>(random_()));
        return;
      case kind::records:
        if (turn())
          as<bytes_view>(field) = as<bytes_view>(field).first(below(as<bytes_view>(field).size() + 1));
        return;
      case kind::structure: return structure(field);
      case kind::array: return array(field);
      default:
        if (turn()) store_scalar(field, number(load_scalar(field)));
    }
  }

  void array(value_ref field) {
    if (turn()) {
      const auto count = field.type->count(field.at);
      constexpr std::array<std::size_t, 5> sizes{0, 1, 2, 7, most_elements};
      field.type->resize(field.at,
                         below(2) == 0 ? sizes[below(sizes.size())] : std::min(count + 1, most_elements));
    }
    for (std::size_t i = 0; i < field.type->count(field.at); ++i) value(field.element(i));
  }

  std::int64_t number(std::int64_t now) {
    constexpr std::array<std::int64_t, 10> edges{0,      1,          -1,        127,       128,
                                                 0x7fff, 0x7fffffff, INT32_MIN, INT64_MIN, INT64_MAX};
    switch (below(4)) {
      case 0: return static_cast<std::int64_t>(static_cast<std::uint64_t>(now) + 1);
      case 1: return now ^ static_cast<std::int64_t>(std::uint64_t{1} << below(64));
      case 2: return static_cast<std::int64_t>(random_());
      default: return edges[below(edges.size())];
    }
  }

  /// The length of a length changes at 127.
  void text(std::string& now) {
    switch (below(4)) {
      case 0: now.resize(below(200), 'l'); return;
      case 1: now.clear(); return;
      case 2: now += static_cast<char>(random_()); return;
      default: now.resize(126 + below(3), 'x');
    }
  }

  void tags(unknown_fields& unknown) {
    const auto highest = unknown.entries().empty() ? 100U : unknown.entries().back().tag;
    if (below(4) == 0 || highest > 0x7fffffffU) return unknown.clear();
    unknown.add(highest + 1 + static_cast<std::uint32_t>(below(1000)), bytes(below(20), std::byte{7}));
  }

  dice& random_;
  std::size_t target_;
  std::size_t seen_ = 0;
  std::int16_t version_;
  bool flexible_;
};

std::size_t mutate_octets(std::uint8_t* data, std::size_t size, std::size_t max_size) {
  return LLVMFuzzerMutate != nullptr ? LLVMFuzzerMutate(data, size, max_size) : size;
}

void mutate(message_ref message, std::int16_t version, dice& random) {
  const bool flexible = message.info->is_flexible(version);
  changer count{version, flexible, static_cast<std::size_t>(-1), random};
  count.structure(message.value);
  if (count.seen() == 0) return;
  changer change{version, flexible, random.below(count.seen()), random};
  change.structure(message.value);
}

}  // namespace

void mutate(message_ref message, std::int16_t version, std::uint64_t seed) {
  dice random{seed};
  mutate(message, version, random);
}

std::size_t mutate_message(direction way, std::size_t before, std::uint8_t* data, std::size_t size,
                           std::size_t max_size, unsigned seed) {
  const auto in_front = before + 2;
  dice random{seed};
  if (size < in_front || random.below(4) == 0) return mutate_octets(data, size, max_size);
  input in{data + before, size - before};
  auto what = select(in, way);
  const auto message = what.entry->make();
  const auto kept = to_bytes(in.rest());  // record sets are views into it
  if (!decode(message.ref(), what.version, kept)) return mutate_octets(data, size, max_size);
  for (auto changes = random.below(3) + 1; changes > 0; --changes)
    mutate(message.ref(), what.version, random);
  if (random.below(8) == 0) {
    const auto& range = what.entry->info->versions;
    const auto count = static_cast<std::size_t>(range.max - range.min + 1);
    what.version = static_cast<std::int16_t>(range.min + static_cast<std::int16_t>(random.below(count)));
  }
  writer out;
  if (!encode(message.ref(), what.version, out) || in_front + out.buffer().size() > max_size) {
    return mutate_octets(data, size, max_size);
  }
  data[before + 1] = static_cast<std::uint8_t>(what.version - what.entry->info->versions.min);
  if (!out.buffer().empty()) std::memcpy(data + in_front, out.buffer().data(), out.buffer().size());
  return in_front + out.buffer().size();
}

std::size_t mutate_records(std::size_t before, std::uint8_t* data, std::size_t size, std::size_t max_size,
                           unsigned seed) {
  const auto changed = mutate_octets(data, size, max_size);
  if (changed <= before) return changed;
  const auto set = std::as_writable_bytes(std::span{data + before, changed - before});
  dice random{seed};
  // Octets that came or went moved the end of their batch; with its old length nothing behind is reached.
  if (random.below(2) == 0) repair_lengths(set);
  if (random.below(2) == 0) repair_checksums(set);
  return changed;
}

}  // namespace kwire::fuzz
