#include "support/hostile.hpp"

#include <array>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/records/batch_builder.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "wire/defaults.hpp"
#include "wire/scalars.hpp"

namespace kwire::fuzz {
namespace {

using namespace protocol;

/// A record set of a few batches; some are damaged.
bytes some_batches(input& in) {
  bytes set;
  static compressor pack;
  for (auto left = in.below(3) + 1; left > 0; --left) {
    bytes buffer(2048);
    batch_builder builder;
    builder.open(buffer.data(), buffer.size());
    for (auto records = in.below(4) + 1; records > 0; --records) {
      const auto timestamp = in.number<std::uint8_t>();
      const auto value = in.take(in.below(8));
      (void)builder.append(timestamp, as_bytes("k"), value);
    }
    auto batch = to_bytes(builder.seal({}, {static_cast<codec>(in.below(5))}, &pack));
    assign_offset(batch, in.number<std::int8_t>(), leader_epoch{0});
    if (in.below(4) == 0) {
      const auto place = in.below(batch.size());
      batch[place] ^= std::byte{in.number<std::uint8_t>()};
    }
    if (in.below(8) == 0) batch.resize(in.below(batch.size()));
    set.insert(set.end(), batch.begin(), batch.end());
  }
  return set;
}

class filler final : public visitor {
 public:
  filler(std::int16_t version, bool flexible, input& in, std::vector<bytes>& keep)
      : in_(in), keep_(keep), version_(version), flexible_(flexible) {}

  void structure(value_ref value) {
    ++depth_;
    value.type->describe(value.at, *this);
    --depth_;
  }

 private:
  void visit(std::string_view name, value_ref field, const traits& how) override {
    name_ = name;
    if (!how.exists(version_) || in_.empty()) return reset_field(field, how);
    if (flexible_ && how.tag_number() >= 0 && !in_.flag()) return reset_field(field, how);
    if (field.type->shape != kind::optional) return value(field);
    if (how.nullable(version_) && in_.below(6) == 0) return field.type->reset(field.at);
    value({field.type->engage(field.at), field.type->inner});
  }

  void value(value_ref field) {
    switch (field.type->shape) {
      case kind::uuid: as<uuid>(field).octets[0] = in_.number<std::uint8_t>() % 3; return;
      case kind::string: as<std::string>(field) = text(); return;
      case kind::bytes: as<bytes>(field) = octets(); return;
      case kind::records:
        keep_.push_back(in_.below(4) == 0 ? to_bytes(in_.take(in_.below(128))) : some_batches(in_));
        as<bytes_view>(field) = keep_.back();
        return;
      case kind::structure: return structure(field);
      case kind::array: return array(field);
      default: store_scalar(field, number());
    }
  }

  void array(value_ref field) {
    const auto count = in_.empty() ? 0 : in_.below(depth_ > 3 ? 3 : 5);
    field.type->resize(field.at, count);
    const auto name = name_;
    for (std::size_t i = 0; i < count; ++i) {
      name_ = name;
      value(field.element(i));
    }
  }

  std::int64_t number() {
    if (name_.ends_with("error_code")) return error_code();
    const auto how = in_.number<std::uint8_t>();
    constexpr std::array<std::int64_t, 8> edges{-1,        INT64_MAX, INT64_MIN, 0x7fffffff,
                                                INT32_MIN, 9092,      -2,        1 << 20};
    if (how < 192) return how & 3;
    if (how < 224) return edges[how % edges.size()];
    return how < 240 ? in_.number<std::int16_t>() : in_.number<std::int64_t>();
  }

  std::int64_t error_code() {
    const auto how = in_.number<std::uint8_t>();
    if (how < 128) return 0;
    const auto known = broker_errors();
    if (how == 255) return in_.number<std::int16_t>();
    return raw(known[in_.number<std::uint8_t>() % known.size()].code);
  }

  std::string text() {
    constexpr std::array<std::string_view, 12> names{
        "t", "t", "t", "g", "m", "n", "range", "b1", "consumer", "", "cooperative-sticky", "u"};
    const auto how = in_.number<std::uint8_t>();
    if (how < 240) return std::string{names[how % names.size()]};
    return std::string{as_text(in_.take(in_.below(40)))};
  }

  /// A blob of the consumer protocol as a rule.
  bytes octets() {
    const auto how = in_.below(4);
    if (how == 0) return to_bytes(in_.take(in_.below(40)));
    const auto* entry =
        find_message(how == 1 ? "ConsumerProtocolSubscription" : "ConsumerProtocolAssignment");
    const auto version = pick_version(*entry->info, in_);
    const auto message = entry->make();
    filler inner{version, false, in_, keep_};
    inner.depth_ = depth_;
    inner.structure(message.ref().value);
    writer out;
    (void)encode_stored(message.ref(), version, out);
    return std::move(out.buffer());
  }

  input& in_;
  std::vector<bytes>& keep_;
  std::int16_t version_;
  bool flexible_;
  int depth_ = 0;
  std::string_view name_;
};

}  // namespace

std::int16_t pick_version(const message_info& info, input& in) {
  const auto count = static_cast<std::size_t>(info.versions.max - info.versions.min) + 1;
  return static_cast<std::int16_t>(info.versions.min + static_cast<std::int16_t>(in.below(count)));
}

bytes hostile_body(api key, direction way, std::int16_t version, input& in) {
  const auto* entry = find_message(key, way);
  const auto how = in.below(16);
  if (entry == nullptr || how == 0) return to_bytes(in.take(in.number<std::uint8_t>()));
  const auto message = entry->make();
  std::vector<bytes> keep;
  keep.reserve(64);
  filler visitor{version, entry->info->is_flexible(version), in, keep};
  visitor.structure(message.ref().value);
  writer out;
  (void)encode(message.ref(), version, out);
  auto wire = std::move(out.buffer());
  if (how == 1 && !wire.empty()) {
    const auto place = in.below(wire.size());
    wire[place] = std::byte{in.number<std::uint8_t>()};
  }
  if (how == 2 && !wire.empty()) wire.resize(in.below(wire.size()));
  return wire;
}

}  // namespace kwire::fuzz
