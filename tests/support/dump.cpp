#include "dump.hpp"

#include <kwire/protocol/wire/visitor.hpp>

#include "wire/scalars.hpp"

namespace kwire::test {
namespace {

using namespace kwire::protocol;

class dumper final : public visitor {
 public:
  void structure(value_ref value) {
    out_ += '{';
    value.type->describe(value.at, *this);
    for (const auto& entry : value.type->unknown(value.at)->entries()) {
      out_ += '#' + std::to_string(entry.tag) + '=' + to_hex(entry.content) + ' ';
    }
    out_ += '}';
  }
  std::string take() { return std::move(out_); }

 private:
  void visit(std::string_view name, value_ref field, const traits&) override {
    out_ += std::string{name} + '=';
    value(field);
    out_ += ' ';
  }

  void value(value_ref field) {
    switch (field.type->shape) {
      case kind::uuid: out_ += to_string(as<uuid>(field)); return;
      case kind::string: out_ += '"' + as<std::string>(field) + '"'; return;
      case kind::bytes: out_ += 'x' + to_hex(as<kwire::bytes>(field)); return;
      case kind::records: out_ += 'r' + to_hex(as<bytes_view>(field)); return;
      case kind::structure: return structure(field);
      case kind::optional: {
        void* target = field.type->target(field.at);
        if (target == nullptr) {
          out_ += "null";
        } else {
          value({target, field.type->inner});
        }
        return;
      }
      case kind::array: {
        out_ += '[';
        for (std::size_t i = 0; i < field.type->count(field.at); ++i) {
          value(field.element(i));
          out_ += ',';
        }
        out_ += ']';
        return;
      }
      default: out_ += std::to_string(load_scalar(field));
    }
  }

  std::string out_;
};

int digit(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

}  // namespace

std::string dump(protocol::message_ref message) {
  dumper visitor;
  visitor.structure(message.value);
  return visitor.take();
}

std::string to_hex(bytes_view octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (auto octet : octets) {
    out += digits[std::to_integer<std::size_t>(octet >> 4)];
    out += digits[std::to_integer<std::size_t>(octet & std::byte{15})];
  }
  return out;
}

bytes from_hex(std::string_view text) {
  bytes out;
  int high = -1;
  for (char c : text) {
    if (c == ' ') continue;
    if (high < 0) {
      high = digit(c);
    } else {
      out.push_back(static_cast<std::byte>(high * 16 + digit(c)));
      high = -1;
    }
  }
  return out;
}

}  // namespace kwire::test
