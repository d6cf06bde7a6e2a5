#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kwire::embedded {

/// What the client of the control endpoint has got wrong.
class control_mistake : public std::runtime_error {
 public:
  explicit control_mistake(const std::string& what, unsigned status = 400)
      : std::runtime_error(what), status_(status) {}
  unsigned status() const noexcept { return status_; }

 private:
  unsigned status_;
};

/// The fields of a request's JSON object. All members throw `control_mistake` naming the field, what it is
/// and what it should be.
class control_fields {
 public:
  /// An empty text has no fields. `known` are the names that may be there.
  control_fields(std::string_view text, const std::vector<std::string_view>& known);

  std::optional<std::string> text(std::string_view name) const;
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most) const;
  std::optional<bool> flag(std::string_view name) const;
  /// Names and values of an object of strings, numbers and booleans.
  std::vector<std::pair<std::string, std::string>> settings(std::string_view name) const;

  template <class T>
  static T need(std::optional<T> value, std::string_view name) {
    if (!value) throw control_mistake{"\"" + std::string{name} + "\" is missing"};
    return std::move(*value);
  }

 private:
  const boost::json::value* find(std::string_view name) const;
  boost::json::object fields_;
};

}  // namespace kwire::embedded
