#include "wire/json_document.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>

namespace kwire::protocol {
namespace {

namespace json = boost::json;
using boost::system::error_code;

/// Puts values together from what `basic_parser` finds.
struct builder {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  json::value_stack stack;
  std::string number;

  bool on_document_begin(error_code&) {
    stack.reset();
    return true;
  }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t count, error_code&) {
    stack.push_object(count);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t count, error_code&) {
    stack.push_array(count);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_key(json::string_view last, std::size_t, error_code&) {
    stack.push_key(last);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(json::string_view last, std::size_t, error_code&) {
    stack.push_string(last);
    return true;
  }
  bool on_number_part(json::string_view part, error_code&) {
    number += part;
    return true;
  }
  bool on_int64(std::int64_t value, json::string_view, error_code&) {
    number.clear();
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view, error_code&) {
    number.clear();
    stack.push_uint64(value);
    return true;
  }
  bool on_double(double rough, json::string_view last, error_code&) {
    number += last;
    double exact = rough;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), exact);
    stack.push_double(read.ec == std::errc{} ? exact : rough);
    number.clear();
    return true;
  }
  bool on_bool(bool value, error_code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }
};

}  // namespace

boost::system::result<json::value, json_error> parse_json(std::string_view text) {
  json::basic_parser<builder> parser{json::parse_options{}};
  error_code failed;
  const auto used = parser.write_some(false, text.data(), text.size(), failed);
  if (failed) return json_error{"", "not JSON at octet " + std::to_string(used) + ": " + failed.message()};
  if (text.find_first_not_of(" \t\r\n", used) != std::string_view::npos) {
    return json_error{"", "something follows the JSON value at octet " + std::to_string(used)};
  }
  return parser.handler().stack.release();
}

}  // namespace kwire::protocol
