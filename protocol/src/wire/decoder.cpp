#include <algorithm>
#include <array>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "wire/defaults.hpp"
#include "wire/least_size.hpp"
#include "wire/path.hpp"
#include "wire/scalars.hpp"

namespace kwire::protocol {
namespace {

class decoder final : public visitor {
 public:
  decoder(std::int16_t version, bool flexible, reader& in) noexcept
      : in_(in), version_(version), flexible_(flexible) {}

  void structure(value_ref value) {
    const auto outer = pass_;
    pass_ = {};
    value.type->describe(value.at, *this);
    value.type->unknown(value.at)->clear();
    if (flexible_ && in_.ok()) tagged_section(value);
    pass_ = outer;
  }

  wire_error error() const { return {in_.error(), in_.failed_at(), where_}; }

 private:
  struct pass {
    std::int64_t wanted_tag = -1;  // positional fields when negative
    bool matched = false;
  };

  void visit(std::string_view name, value_ref field, const traits& how) override {
    const bool tagged = flexible_ && how.tag_number() >= 0;
    if (pass_.wanted_tag < 0) {
      if (tagged || !how.exists(version_)) return reset_field(field, how);
      if (in_.ok()) value(name, field, how);
    } else if (tagged && how.tag_number() == pass_.wanted_tag && how.exists(version_)) {
      pass_.matched = true;
      value(name, field, how);
    }
  }

  void tagged_section(value_ref structure) {
    const auto count = in_.uvarint();
    if (count > in_.remaining() / 2) return fail(wire_errc::bad_count);
    std::int64_t previous = -1;
    for (std::uint32_t i = 0; i < count && in_.ok(); ++i) {
      const auto tag = in_.uvarint();
      const auto size = in_.uvarint();
      if (!in_.ok()) return note();
      if (tag <= previous) return fail(wire_errc::bad_tag_order);
      previous = tag;
      if (size > in_.remaining()) return fail(wire_errc::truncated);
      tagged_field(structure, tag, size);
    }
    note();
  }

  void tagged_field(value_ref structure, std::uint32_t tag, std::uint32_t size) {
    const auto* outer = in_.enter(size);
    pass_ = {.wanted_tag = tag};
    structure.type->describe(structure.at, *this);
    if (!pass_.matched) structure.type->unknown(structure.at)->add(tag, in_.take(size));
    if (in_.ok() && in_.remaining() != 0) fail(wire_errc::bad_tag_size);
    in_.leave(outer);
  }

  void value(std::string_view name, value_ref field, const traits& how) {
    if (is_scalar(field.type->shape)) {  // most fields: the path is looked at only if this fails
      scalar(field);
      if (in_.ok()) return;
    }
    if (!path_.push(name)) return fail(wire_errc::too_deep);
    if (!in_.ok()) return leave();
    const bool outer = flexible_;
    flexible_ = outer && !how.is_classic();
    if (field.type->shape == kind::optional) {
      optional(field, how);
    } else {
      plain(field, false);
    }
    flexible_ = outer;
    leave();
  }

  void leave() {
    note();
    path_.pop();
  }

  void optional(value_ref field, const traits& how) {
    const auto* inner = field.type->inner;
    const bool may_be_null = how.nullable(version_);
    if (inner->shape == kind::structure) {
      if (may_be_null && null_structure(how)) return field.type->reset(field.at);
      return structure({field.type->engage(field.at), inner});
    }
    // The length says whether the value is there; look before making room for it.
    if (plain({field.type->engage(field.at), inner}, may_be_null) == presence::null) {
      field.type->reset(field.at);
    }
  }

  /// What stands before a structure that may be null: an int8, and in tagged fields a length of 0 or 1.
  bool null_structure(const traits& how) {
    return how.tag_number() >= 0 ? in_.uvarint() == 0 : in_.fixed<std::int8_t>() < 0;
  }

  enum class presence { value, null };

  presence plain(value_ref field, bool may_be_null) {
    switch (field.type->shape) {
      case kind::uuid: as<uuid>(field) = in_.id(); return presence::value;
      case kind::structure: structure(field); return presence::value;
      case kind::string:
      case kind::bytes:
      case kind::records:
      case kind::array: return sized(field, may_be_null);
      default: scalar(field); return presence::value;
    }
  }

  presence sized(value_ref field, bool may_be_null) {
    const auto length = read_length(field.type->shape);
    if (length < 0) {
      if (in_.ok() && !may_be_null) fail(length == -1 ? wire_errc::unexpected_null : wire_errc::bad_length);
      if (in_.ok() && length != -1) fail(wire_errc::bad_length);
      if (!in_.ok()) return presence::value;
      return presence::null;
    }
    if (field.type->shape == kind::string && length > 0x7fff) {  // a limit of all versions
      fail(wire_errc::bad_length);
      return presence::value;
    }
    const auto size = static_cast<std::size_t>(length);
    switch (field.type->shape) {
      case kind::string: as<std::string>(field).assign(as_text(in_.take(size))); break;
      case kind::bytes: {
        const auto content = in_.take(size);
        as<kwire::bytes>(field).assign(content.begin(), content.end());
        break;
      }
      case kind::records: as<bytes_view>(field) = in_.take(size); break;
      default: array(field, size);
    }
    return presence::value;
  }

  std::int64_t read_length(kind shape) {
    if (flexible_) return static_cast<std::int64_t>(in_.uvarint()) - 1;
    return shape == kind::string ? in_.fixed<std::int16_t>() : in_.fixed<std::int32_t>();
  }

  void array(value_ref field, std::size_t count) {
    if (count > in_.remaining() / least(field.type->inner)) return fail(wire_errc::bad_count);
    field.type->resize(field.at, count);
    if (field.type->inner->shape == kind::int32) return numbers(field, count);
    for (std::size_t i = 0; i < count && in_.ok(); ++i) {
      path_.at(i);
      plain(field.element(i), false);
    }
  }

  /// Replica lists make up most of a large metadata answer: read without a call a number.
  void numbers(value_ref field, std::size_t count) {
    const auto raw = in_.take(count * sizeof(std::int32_t));
    auto* to = static_cast<std::byte*>(field.type->data(field.at));
    for (std::size_t at = 0; at < raw.size(); at += sizeof(std::int32_t)) {
      const auto number = reader::load<std::int32_t>(raw.data() + at);
      std::memcpy(to + at, &number, sizeof number);
    }
  }

  /// Fewest octets of an element: what bounds a count before anything is allocated for it.
  std::size_t least(const type_info* type) {
    if (type->shape != kind::structure) return least_size{version_, flexible_}.of(type);
    for (const auto& known : least_) {
      if (known.type == type) return known.octets;
    }
    auto& slot = least_[next_least_++ % least_.size()];
    slot = {type, std::max<std::size_t>(1, least_size{version_, flexible_}.of(type))};
    return slot.octets;
  }

  template <class Int>
  void number(value_ref field) {
    const auto value = in_.fixed<Int>();
    std::memcpy(field.at, &value, sizeof value);
  }

  void scalar(value_ref field) {
    switch (field.type->shape) {
      case kind::boolean: as<std::uint8_t>(field) = in_.fixed<std::int8_t>() != 0; return;
      case kind::int8: return number<std::int8_t>(field);
      case kind::int16:
      case kind::uint16: return number<std::int16_t>(field);
      case kind::int32:
      case kind::uint32: return number<std::int32_t>(field);
      default: return number<std::int64_t>(field);
    }
  }

  void fail(wire_errc code) {
    in_.fail(code);
    note();
  }
  /// Keeps the path of the first failure.
  void note() {
    if (!in_.ok() && !noted_) {
      noted_ = true;
      where_ = path_.text();
    }
  }

  struct known_least {
    const type_info* type = nullptr;
    std::size_t octets = 0;
  };

  reader& in_;
  std::int16_t version_;
  bool flexible_;
  bool noted_ = false;
  pass pass_;
  path path_;
  std::array<known_least, 4> least_{};
  std::size_t next_least_ = 0;
  std::string where_;
};

}  // namespace

wire_result<void> decode(message_ref message, std::int16_t version, bytes_view input) {
  reader in{input};
  if (auto done = decode_front(message, version, in); !done) return done;
  if (in.remaining() != 0) return wire_error{wire_errc::trailing_bytes, in.offset()};
  return {};
}

wire_result<void> decode_front(message_ref message, std::int16_t version, reader& in) {
  if (!message.info->versions.contains(version)) return wire_error{wire_errc::unsupported_version};
  decoder visitor{version, message.info->is_flexible(version), in};
  visitor.structure(message.value);
  if (!in.ok()) return visitor.error();
  return {};
}

wire_result<std::int16_t> decode_stored(message_ref message, bytes_view input) {
  reader in{input};
  auto version = in.fixed<std::int16_t>();
  if (!in.ok()) return wire_error{in.error(), in.failed_at(), "version"};
  if (const auto& half = message.info->half; half.which == record_half::key) {
    if (version != half.type) return wire_error{wire_errc::unsupported_version};
    version = message.info->versions.max;
  }
  if (version < message.info->versions.min) return wire_error{wire_errc::unsupported_version};
  const auto known = std::min(version, message.info->versions.max);
  decoder visitor{known, message.info->is_flexible(known), in};
  visitor.structure(message.value);
  if (in.ok() && version == known && in.remaining() != 0) in.fail(wire_errc::trailing_bytes);
  if (!in.ok()) return visitor.error();
  return version;
}

}  // namespace kwire::protocol
