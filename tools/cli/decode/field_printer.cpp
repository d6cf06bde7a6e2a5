#include "decode/field_printer.hpp"

#include <fmt/format.h>

#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "decode/field_names.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

using protocol::kind;
using protocol::traits;
using protocol::type_info;
using protocol::value_ref;
using protocol::wire_errc;

constexpr std::size_t most_levels = 24;
constexpr std::size_t most_numbers = 32;  // of an array of plain values on its line

bool is_plain(const type_info* type) { return type->shape != kind::structure && type->shape != kind::array; }

class printer final : public protocol::visitor {
 public:
  printer(const protocol::message_info& info, std::int16_t version, protocol::reader& in, unsigned depth,
          const decode_view& view, const record_set_printer& on_records, lines& out)
      : info_(info),
        in_(in),
        view_(view),
        on_records_(on_records),
        out_(out),
        version_(version),
        depth_(depth),
        flexible_(info.is_flexible(version)) {}

  void structure(const type_info* type) {
    const auto outer = wanted_;
    wanted_ = {};
    type->describe_sample(*this);
    if (flexible_ && in_.ok()) tagged_section(type);
    wanted_ = outer;
  }

  printed_fields result() {
    if (!in_.ok()) found_.error = protocol::wire_error{in_.error(), in_.failed_at(), where_};
    return std::move(found_);
  }

 private:
  struct wanted {
    std::int64_t tag = -1;  // fields in order when negative
    bool met = false;
  };
  /// What a line tells of a field.
  struct label {
    std::string_view name;
    std::size_t at;
    const traits* how;
  };

  void visit(std::string_view name, value_ref field, const traits& how) override {
    if (!in_.ok() || !how.exists(version_)) return;
    const bool tagged = flexible_ && how.tag_number() >= 0;
    if (tagged != (wanted_.tag >= 0) || (tagged && how.tag_number() != wanted_.tag)) return;
    wanted_.met = true;
    if (path_.size() == most_levels) return in_.fail(wire_errc::too_deep);
    path_.push_back(protocol::camel_case(name));
    const bool outer = flexible_;
    flexible_ = outer && !how.is_classic();
    const label here{name, in_.offset(), &how};
    const bool optional = field.type->shape == kind::optional;
    value(here, optional ? field.type->inner : field.type, optional && how.nullable(version_));
    flexible_ = outer;
    note();
    path_.pop_back();
  }

  /// The path of the first failure is taken on the way out, while it still is whole.
  void note() {
    if (in_.ok() || !where_.empty()) return;
    for (const auto& step : path_) where_ += (where_.empty() || step.front() == '[' ? "" : ".") + step;
  }

  void tagged_section(const type_info* type) {
    const auto count = in_.uvarint();
    if (count > in_.remaining() / 2) in_.fail(wire_errc::bad_count);
    std::int64_t previous = -1;
    for (std::uint32_t i = 0; i < count && in_.ok(); ++i) {
      const auto at = in_.offset();
      const auto tag = in_.uvarint();
      const auto size = in_.uvarint();
      if (!in_.ok()) return;
      if (tag <= previous) return in_.fail(wire_errc::bad_tag_order);
      if (size > in_.remaining()) return in_.fail(wire_errc::truncated);
      previous = tag;
      const auto* outer = in_.enter(size);
      wanted_ = {tag, false};
      type->describe_sample(*this);
      if (in_.ok() && !wanted_.met) {
        ++found_.unknown;
        out_.at(at, depth_,
                fmt::format("unknown tag {}: {}", tag, show_octets(in_.take(size), view_.max_bytes)));
      }
      if (in_.ok() && in_.remaining() != 0) in_.fail(wire_errc::bad_tag_size);
      in_.leave(outer);
    }
  }

  void value(const label& here, const type_info* type, bool may_be_null) {
    switch (type->shape) {
      case kind::structure:
        if (may_be_null && null_structure(here)) return line(here, "null");
        if (!in_.ok()) return;
        line(here, "");
        return nested(type);
      case kind::array: return array(here, type, may_be_null);
      case kind::records: return records(here, may_be_null);
      default: {
        const auto text = plain(type, may_be_null, *here.how, here.name);
        if (in_.ok()) line(here, text);
      }
    }
  }

  bool null_structure(const label& here) {
    return here.how->tag_number() >= 0 ? in_.uvarint() == 0 : in_.fixed<std::int8_t>() < 0;
  }

  void nested(const type_info* type) {
    ++depth_;
    structure(type);
    --depth_;
  }

  void array(const label& here, const type_info* type, bool may_be_null) {
    const auto count = length(kind::array, may_be_null);
    if (!in_.ok()) return;
    if (count < 0) return line(here, "null");
    if (static_cast<std::size_t>(count) > in_.remaining()) return in_.fail(wire_errc::bad_count);
    if (is_plain(type->inner)) return plain_array(here, type->inner, count);
    line(here, count == 1 ? "1 element" : fmt::format("{} elements", count));
    ++depth_;
    for (std::int64_t i = 0; i < count && in_.ok(); ++i) {
      path_.push_back(fmt::format("[{}]", i));
      out_.at(in_.offset(), depth_, path_.back());
      nested(type->inner);
      note();
      path_.pop_back();
    }
    --depth_;
  }

  void plain_array(const label& here, const type_info* inner, std::int64_t count) {
    std::string text = "[";
    for (std::int64_t i = 0; i < count && in_.ok(); ++i) {
      const auto element = plain(inner, false, *here.how, here.name);
      if (static_cast<std::size_t>(i) < most_numbers) text += (i == 0 ? "" : ", ") + element;
    }
    if (static_cast<std::size_t>(count) > most_numbers) text += fmt::format(", ... ({} in all)", count);
    if (in_.ok()) line(here, text + "]");
  }

  void records(const label& here, bool may_be_null) {
    const auto size = length(kind::records, may_be_null);
    if (!in_.ok()) return;
    if (size < 0) return line(here, "null");
    const auto at = in_.offset();
    const auto octets = in_.take(static_cast<std::size_t>(size));
    if (!in_.ok()) return;
    line(here, fmt::format("{} octets", size));
    if (on_records_) on_records_(octets, at, depth_ + 1);
  }

  /// -1 for null.
  std::int64_t length(kind shape, bool may_be_null) {
    const std::int64_t count = flexible_               ? static_cast<std::int64_t>(in_.uvarint()) - 1
                               : shape == kind::string ? in_.fixed<std::int16_t>()
                                                       : in_.fixed<std::int32_t>();
    if (!in_.ok() || count >= 0) return count;
    if (count < -1) in_.fail(wire_errc::bad_length);
    if (!may_be_null) in_.fail(wire_errc::unexpected_null);
    return count;
  }

  std::string plain(const type_info* type, bool may_be_null, const traits& how, std::string_view name) {
    switch (type->shape) {
      case kind::boolean: return in_.fixed<std::int8_t>() != 0 ? "true" : "false";
      case kind::int8: return number(name, in_.fixed<std::int8_t>());
      case kind::int16: return number(name, in_.fixed<std::int16_t>());
      case kind::uint16: return number(name, in_.fixed<std::uint16_t>());
      case kind::int32: return number(name, in_.fixed<std::int32_t>());
      case kind::uint32: return number(name, in_.fixed<std::uint32_t>());
      case kind::int64: return number(name, in_.fixed<std::int64_t>());
      case kind::float64: return fmt::format("{}", in_.float64());
      case kind::uuid: return to_string(in_.id());
      default: return octets(type->shape, may_be_null, how);
    }
  }

  std::string octets(kind shape, bool may_be_null, const traits& how) {
    const auto size = length(shape, may_be_null);
    if (!in_.ok()) return {};
    if (size < 0) return "null";
    if (shape == kind::string && size > 0x7fff) in_.fail(wire_errc::bad_length);
    const auto content = in_.take(static_cast<std::size_t>(size));
    if (how.is_secret() && !view_.secrets) return "***";
    if (shape == kind::bytes) return show_octets(content, view_.max_bytes);
    std::string text;
    append_json(text, as_text(content));
    return text;
  }

  std::string number(std::string_view name, std::int64_t value) const {
    const auto meaning = meaning_of(info_.name, name, value);
    return meaning.empty() ? std::to_string(value) : fmt::format("{} ({})", value, meaning);
  }

  void line(const label& here, std::string_view text) {
    out_.at(here.at, depth_, path_.back() + (text.empty() ? ":" : ": ") + std::string{text});
  }

  const protocol::message_info& info_;
  protocol::reader& in_;
  const decode_view& view_;
  const record_set_printer& on_records_;
  lines& out_;
  std::int16_t version_;
  unsigned depth_;
  bool flexible_;
  wanted wanted_;
  std::vector<std::string> path_;
  std::string where_;
  printed_fields found_;
};

}  // namespace

printed_fields print_fields(const protocol::message_ref& message, std::int16_t version, protocol::reader& in,
                            unsigned depth, const decode_view& view, const record_set_printer& on_records,
                            lines& out) {
  printer visitor{*message.info, version, in, depth, view, on_records, out};
  visitor.structure(message.value.type);
  return visitor.result();
}

}  // namespace kwire::cli
