#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace kwire::protocol {

class visitor;
class unknown_fields;

/// The shapes a described field can have. Enumerations count as their underlying integer.
enum class kind : std::uint8_t {
  boolean,
  int8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  float64,
  uuid,
  string,
  bytes,    ///< owned octets
  records,  ///< a view of octets that stay in the message buffer (record sets)
  array,
  optional,  ///< a nullable string, bytes, records, array or structure
  structure,
};

/// What the visitors need to know of a C++ type; one constant table for each type, made by `type_of<T>`.
/// The visitors are compiled once against these tables, so a new message costs a table, not four codecs.
struct type_info {
  kind shape;
  std::uint32_t size;                ///< sizeof, the stride inside arrays
  const type_info* inner = nullptr;  ///< element of an array, target of an optional

  void (*describe)(void*, visitor&) = nullptr;   // structure
  void (*describe_sample)(visitor&) = nullptr;   // structure: a value-initialised one
  unknown_fields* (*unknown)(void*) = nullptr;   // structure
  std::size_t (*count)(const void*) = nullptr;   // array
  void* (*data)(void*) = nullptr;                // array
  void (*resize)(void*, std::size_t) = nullptr;  // array
  void* (*target)(void*) = nullptr;              // optional: the value, or null
  void* (*engage)(void*) = nullptr;              // optional: makes a value if there is none
  void (*reset)(void*) = nullptr;                // optional
};

/// A field's storage together with its type.
struct value_ref {
  void* at;
  const type_info* type;

  value_ref element(std::size_t index) const {
    return {static_cast<std::byte*>(type->data(at)) + index * type->inner->size, type->inner};
  }
};

template <class T>
concept described = requires(T& message, visitor& v) { message.describe(v); };

namespace detail {

template <class T>
struct type_table;

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

template <class T>
constexpr kind scalar_kind() {
  if constexpr (std::is_enum_v<T>)
    return scalar_kind<std::underlying_type_t<T>>();
  else if constexpr (std::same_as<T, bool>)
    return kind::boolean;
  else if constexpr (std::same_as<T, std::int8_t>)
    return kind::int8;
  else if constexpr (std::same_as<T, std::int16_t>)
    return kind::int16;
  else if constexpr (std::same_as<T, std::uint16_t>)
    return kind::uint16;
  else if constexpr (std::same_as<T, std::int32_t>)
    return kind::int32;
  else if constexpr (std::same_as<T, std::uint32_t>)
    return kind::uint32;
  else if constexpr (std::same_as<T, std::int64_t>)
    return kind::int64;
  else if constexpr (std::same_as<T, double>)
    return kind::float64;
  else if constexpr (std::same_as<T, kwire::uuid>)
    return kind::uuid;
  else if constexpr (std::same_as<T, std::string>)
    return kind::string;
  else if constexpr (std::same_as<T, kwire::bytes>)
    return kind::bytes;
  else if constexpr (std::same_as<T, kwire::bytes_view>)
    return kind::records;
  else
    static_assert(sizeof(T) == 0, "this type cannot be described");
}

template <class T>
constexpr type_info make_type_info() {
  type_info info{};
  info.size = sizeof(T);
  if constexpr (described<T>) {
    info.shape = kind::structure;
    info.describe = [](void* at, visitor& v) { static_cast<T*>(at)->describe(v); };
    info.describe_sample = [](visitor& v) {
      T sample{};
      sample.describe(v);
    };
    info.unknown = [](void* at) { return &static_cast<T*>(at)->unknown; };
  } else if constexpr (is_optional<T>::value) {
    info.shape = kind::optional;
    info.inner = &type_table<typename T::value_type>::info;
    info.target = [](void* at) -> void* {
      auto& value = *static_cast<T*>(at);
      return value ? &*value : nullptr;
    };
    info.engage = [](void* at) -> void* {
      auto& value = *static_cast<T*>(at);
      if (!value) value.emplace();
      return &*value;
    };
    info.reset = [](void* at) { static_cast<T*>(at)->reset(); };
  } else if constexpr (is_vector<T>::value && !std::same_as<T, kwire::bytes>) {
    info.shape = kind::array;
    info.inner = &type_table<typename T::value_type>::info;
    info.count = [](const void* at) { return static_cast<const T*>(at)->size(); };
    info.data = [](void* at) -> void* { return static_cast<T*>(at)->data(); };
    info.resize = [](void* at, std::size_t n) { static_cast<T*>(at)->resize(n); };
  } else {
    info.shape = scalar_kind<T>();
  }
  return info;
}

template <class T>
struct type_table {
  static constexpr type_info info = make_type_info<T>();
};

}  // namespace detail

template <class T>
inline constexpr const type_info* type_of = &detail::type_table<T>::info;

}  // namespace kwire::protocol
