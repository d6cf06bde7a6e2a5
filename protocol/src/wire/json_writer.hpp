#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <string>
#include <string_view>

namespace kwire::protocol {

/// Writes JSON text, with commas, escapes and indentation. Calls must make a well-formed document: inside an
/// object every value follows its `key`.
class json_writer {
 public:
  explicit json_writer(unsigned indent) : indent_(indent) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  void key(std::string_view name);
  void string(std::string_view text);
  void base64(bytes_view octets);
  void number(std::int64_t value);
  void number(double value);  ///< with a point or an exponent; NaN and infinities as strings, like Jackson
  void boolean(bool value);
  void null();

  std::string take() { return std::move(out_); }

 private:
  void open(char bracket);
  void close(char bracket);
  void element();  // comma and line break in front of what follows
  void line_break();
  void quoted(std::string_view text);

  std::string out_;
  unsigned indent_;
  unsigned depth_ = 0;
  bool first_ = true;  // nothing stands in the innermost bracket yet
  bool after_key_ = false;
};

}  // namespace kwire::protocol
