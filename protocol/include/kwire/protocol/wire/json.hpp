#pragma once

#include <cstdint>
#include <kwire/protocol/wire/message.hpp>
#include <string>

namespace kwire::protocol {

/// How `to_json` prints.
class json_options {
 public:
  /// Prints fields marked secret as they are; otherwise they read `***`.
  json_options& show_secrets(bool on = true) {
    show_secrets_ = on;
    return *this;
  }
  /// One member a line, each level indented by so many spaces; 0 (the default) prints a single line.
  json_options& indent(unsigned spaces) {
    indent_ = spaces;
    return *this;
  }

  /// Prints tagged fields that have their default too.
  json_options& with_defaults(bool on = true) {
    defaults_ = on;
    return *this;
  }

  bool shows_secrets() const noexcept { return show_secrets_; }
  bool shows_defaults() const noexcept { return defaults_; }
  unsigned indentation() const noexcept { return indent_; }

 private:
  bool show_secrets_ = false;
  bool defaults_ = false;
  unsigned indent_ = 0;
};

/// The message in the layout of Kafka's generated JsonConverter classes: exactly the fields that `version`
/// has, in camelCase; tagged fields only when they differ from their default; octets in base64; of a record
/// set its size (`recordsSizeInBytes`). Octets of a string that are not UTF-8 become U+FFFD, as in Kafka.
std::string to_json(message_ref message, std::int16_t version, json_options options = {});

template <class M>
std::string to_json(const M& message, std::int16_t version, json_options options = {}) {
  return to_json(ref(message), version, options);
}

/// The description of a message in the layout of Kafka's schema files, as far as a description knows it:
/// structures have no names, and `secret` is ours.
std::string describe_schema(message_ref message, json_options options = {});

/// `throttle_time_ms` as the schemas have it in JSON: `throttleTimeMs`.
std::string camel_case(std::string_view snake_case);

}  // namespace kwire::protocol
