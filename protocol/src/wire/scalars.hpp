#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <kwire/protocol/wire/type_info.hpp>

namespace kwire::protocol {

/// The number at `field`, widened; enumerations are read as their underlying integer.
inline std::int64_t load_scalar(value_ref field) noexcept {
  const auto as = [&]<class Int>(Int value) {
    std::memcpy(&value, field.at, sizeof value);
    return static_cast<std::int64_t>(value);
  };
  switch (field.type->shape) {
    case kind::boolean: return as(std::uint8_t{});
    case kind::int8: return as(std::int8_t{});
    case kind::int16: return as(std::int16_t{});
    case kind::uint16: return as(std::uint16_t{});
    case kind::int32: return as(std::int32_t{});
    case kind::uint32: return as(std::uint32_t{});
    default: return as(std::int64_t{});  // int64, and the bits of a float64
  }
}

inline void store_scalar(value_ref field, std::int64_t number) noexcept {
  const auto as = [&]<class Int>(Int value) { std::memcpy(field.at, &value, sizeof value); };
  switch (field.type->shape) {
    case kind::boolean: return as(static_cast<std::uint8_t>(number != 0));
    case kind::int8: return as(static_cast<std::int8_t>(number));
    case kind::int16: return as(static_cast<std::int16_t>(number));
    case kind::uint16: return as(static_cast<std::uint16_t>(number));
    case kind::int32: return as(static_cast<std::int32_t>(number));
    case kind::uint32: return as(static_cast<std::uint32_t>(number));
    default: return as(number);
  }
}

inline bool is_scalar(kind shape) noexcept { return shape <= kind::float64; }

/// Octets of a scalar on the wire.
inline std::size_t scalar_size(kind shape) noexcept {
  switch (shape) {
    case kind::boolean:
    case kind::int8: return 1;
    case kind::int16:
    case kind::uint16: return 2;
    case kind::int32:
    case kind::uint32: return 4;
    default: return 8;
  }
}

template <class T>
T& as(value_ref field) noexcept {
  return *static_cast<T*>(field.at);
}

}  // namespace kwire::protocol
