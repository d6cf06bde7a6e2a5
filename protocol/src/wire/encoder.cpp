#include <algorithm>
#include <kwire/protocol/wire/message.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <span>

#include "wire/defaults.hpp"
#include "wire/path.hpp"
#include "wire/scalars.hpp"

namespace kwire::protocol {
namespace {

/// Writes a structure, or only counts its octets when there is no writer.
class encoder final : public visitor {
 public:
  encoder(std::int16_t version, bool flexible, writer* out) noexcept
      : out_(out), version_(version), flexible_(flexible) {}

  void structure(value_ref value) {
    const auto outer = pass_;
    pass_ = {};
    value.type->describe(value.at, *this);
    if (flexible_) tagged_section(value);
    pass_ = outer;
  }

  std::size_t size() const noexcept { return size_; }
  bool ok() const noexcept { return error_.code == wire_errc{}; }
  const wire_error& error() const noexcept { return error_; }

 private:
  /// The positional pass counts the tagged fields there are; they are written in a second one, if any.
  struct pass {
    enum { positional, tagged } what = positional;
    std::size_t tags = 0;
    std::int16_t highest = -1;
    bool ascending = true;
    std::int16_t wanted = -1;  // all tags when negative
  };

  void visit(std::string_view name, value_ref field, const traits& how) override {
    if (!ok()) return;
    if (!how.exists(version_)) {
      if (pass_.what == pass::positional && !how.is_ignorable() && !is_default(field, how)) {
        fail(wire_errc::not_representable, name);
      }
      return;
    }
    const bool tagged = flexible_ && how.tag_number() >= 0;
    if (!tagged) {
      if (pass_.what == pass::positional) value(name, field, how);
    } else if (is_default(field, how)) {
      return;
    } else if (pass_.what == pass::positional) {
      ++pass_.tags;
      pass_.ascending = pass_.ascending && how.tag_number() > pass_.highest;
      pass_.highest = std::max(pass_.highest, how.tag_number());
    } else if (pass_.wanted < 0 || pass_.wanted == how.tag_number()) {
      tagged_field(name, field, how);
    }
  }

  void tagged_section(value_ref structure) {
    const auto known = pass_;
    auto unknown = structure.type->unknown(structure.at)->entries();
    put_uvarint(known.tags + unknown.size());
    if (known.ascending && (unknown.empty() || known.tags == 0 || unknown[0].tag > tag_of(known.highest))) {
      tagged_pass(structure, known.tags, -1);
    } else {
      for (std::int16_t tag = 0; tag <= known.highest; ++tag) {
        for (; !unknown.empty() && unknown[0].tag < tag_of(tag); unknown = unknown.subspan(1))
          raw(unknown[0]);
        tagged_pass(structure, known.tags, tag);
      }
    }
    for (const auto& entry : unknown) raw(entry);
  }

  static std::uint32_t tag_of(std::int16_t number) { return static_cast<std::uint32_t>(number); }

  void tagged_pass(value_ref structure, std::size_t tags, std::int16_t wanted) {
    if (tags == 0) return;
    pass_ = {.what = pass::tagged, .wanted = wanted};
    structure.type->describe(structure.at, *this);
  }

  void raw(const unknown_fields::entry& entry) {
    put_uvarint(entry.tag);
    put_uvarint(entry.content.size());
    put_raw(entry.content);
  }

  void tagged_field(std::string_view name, value_ref field, const traits& how) {
    put_uvarint(static_cast<std::size_t>(how.tag_number()));
    encoder measure{version_, flexible_, nullptr};
    measure.value(name, field, how);
    put_uvarint(measure.size());
    value(name, field, how);
  }

  void value(std::string_view name, value_ref field, const traits& how) {
    if (is_scalar(field.type->shape)) return scalar(field);  // cannot fail, so needs no path
    if (!path_.push(name)) return fail(wire_errc::too_deep, name);
    const bool outer = flexible_;
    flexible_ = outer && !how.is_classic();
    if (field.type->shape == kind::optional) {
      optional(field, how);
    } else {
      plain(field);
    }
    flexible_ = outer;
    path_.pop();
  }

  void optional(value_ref field, const traits& how) {
    void* target = field.type->target(field.at);
    const auto* inner = field.type->inner;
    const bool may_be_null = how.nullable(version_);
    if (target != nullptr) {
      if (inner->shape == kind::structure && may_be_null) put_fixed(std::int8_t{1});
      return plain({target, inner});
    }
    if (!may_be_null) return fail(wire_errc::unexpected_null);
    switch (inner->shape) {
      case kind::structure: return put_fixed(how.tag_number() >= 0 ? std::int8_t{0} : std::int8_t{-1});
      case kind::string: return flexible_ ? put_uvarint(0) : put_fixed(std::int16_t{-1});
      default: return flexible_ ? put_uvarint(0) : put_fixed(std::int32_t{-1});
    }
  }

  void plain(value_ref field) {
    switch (field.type->shape) {
      case kind::uuid: return put_raw(std::as_bytes(std::span{as<uuid>(field).octets}));
      case kind::string: return string(as<std::string>(field));
      case kind::bytes: length(as<kwire::bytes>(field).size()); return put_raw(as<kwire::bytes>(field));
      case kind::records: return records(as<bytes_view>(field));
      case kind::array: return array(field);
      case kind::structure: return structure(field);
      default: return scalar(field);
    }
  }

  void scalar(value_ref field) {
    const auto number = load_scalar(field);
    switch (scalar_size(field.type->shape)) {
      case 1: return put_fixed(static_cast<std::int8_t>(number));
      case 2: return put_fixed(static_cast<std::int16_t>(number));
      case 4: return put_fixed(static_cast<std::int32_t>(number));
      default: return put_fixed(number);
    }
  }

  void string(const std::string& text) {
    if (text.size() > 0x7fff) return fail(wire_errc::bad_length);  // a limit of all versions
    if (flexible_) {
      put_uvarint(text.size() + 1);
    } else {
      put_fixed(static_cast<std::int16_t>(text.size()));
    }
    put_raw(as_bytes(text));
  }

  void records(bytes_view content) {
    length(content.size());
    size_ += content.size();
    if (out_ != nullptr) out_->records(content);
  }

  void array(value_ref field) {
    const auto count = field.type->count(field.at);
    length(count);
    if (field.type->inner->shape == kind::int32) return numbers(field, count);
    for (std::size_t i = 0; i < count && ok(); ++i) {
      path_.at(i);
      plain(field.element(i));
    }
  }

  /// Replica lists make up most of a large metadata answer: written without a call a number.
  void numbers(value_ref field, std::size_t count) {
    const auto* from = static_cast<const std::byte*>(field.type->data(field.at));
    size_ += count * sizeof(std::int32_t);
    if (out_ != nullptr) out_->numbers(from, count);
  }

  void length(std::size_t count) {
    if (count > 0x7ffffffe) return fail(wire_errc::bad_length);
    if (flexible_) {
      put_uvarint(count + 1);
    } else {
      put_fixed(static_cast<std::int32_t>(count));
    }
  }

  void put_uvarint(std::size_t value) {
    size_ += uvarint_size(value);
    if (out_ != nullptr) out_->uvarint(value);
  }
  template <class Int>
  void put_fixed(Int value) {
    size_ += sizeof value;
    if (out_ != nullptr) out_->fixed(value);
  }
  void put_raw(bytes_view content) {
    size_ += content.size();
    if (out_ != nullptr) out_->raw(content);
  }

  void fail(wire_errc code, std::string_view name = {}) {
    if (!ok()) return;
    const bool pushed = !name.empty() && path_.push(name);
    error_ = {code, size_, path_.text()};
    if (pushed) path_.pop();
  }

  writer* out_;
  std::int16_t version_;
  bool flexible_;
  pass pass_;
  std::size_t size_ = 0;
  path path_;
  wire_error error_;
};

}  // namespace

wire_result<void> encode(message_ref message, std::int16_t version, writer& out) {
  if (!message.info->versions.contains(version)) return wire_error{wire_errc::unsupported_version};
  encoder visitor{version, message.info->is_flexible(version), &out};
  visitor.structure(message.value);
  if (!visitor.ok()) return visitor.error();
  return {};
}

wire_result<void> encode_stored(message_ref message, std::int16_t version, writer& out) {
  const auto& half = message.info->half;
  out.fixed(half.which == record_half::key ? half.type : version);
  return encode(message, version, out);
}

std::size_t encoded_size(message_ref message, std::int16_t version) {
  encoder visitor{version, message.info->is_flexible(version), nullptr};
  visitor.structure(message.value);
  return visitor.size();
}

}  // namespace kwire::protocol
