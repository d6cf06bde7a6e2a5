#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

namespace kwire {

// Distinct types, so that two numbers of different meaning cannot be swapped unnoticed.
enum class node_id : std::int32_t {};
enum class partition_id : std::int32_t {};
enum class leader_epoch : std::int32_t {};
enum class producer_id : std::int64_t {};
enum class producer_epoch : std::int16_t {};
enum class generation_id : std::int32_t {};
enum class correlation_id : std::int32_t {};

inline constexpr node_id no_node{-1};
inline constexpr leader_epoch no_leader_epoch{-1};
inline constexpr producer_id no_producer_id{-1};
inline constexpr producer_epoch no_producer_epoch{-1};
inline constexpr generation_id no_generation{-1};

/// The number behind an id.
template <class Id>
  requires std::is_enum_v<Id>
constexpr auto raw(Id id) noexcept {
  return static_cast<std::underlying_type_t<Id>>(id);
}

/// A topic id (KIP-516) or any other 128-bit id, in network order; all zero means "none".
struct uuid {
  std::array<std::uint8_t, 16> octets{};

  bool is_zero() const noexcept { return *this == uuid{}; }
  friend auto operator<=>(const uuid&, const uuid&) = default;
};

/// Kafka's text form: URL-safe base64 without padding, 22 characters.
std::string to_string(const uuid& id);

/// Reads Kafka's text form; false (and `id` untouched) when it is none.
bool parse_uuid(std::string_view text, uuid& id);

}  // namespace kwire

template <>
struct std::hash<kwire::uuid> {
  std::size_t operator()(const kwire::uuid& id) const noexcept {
    std::size_t h = 1469598103934665603ULL;
    for (auto octet : id.octets) h = (h ^ octet) * 1099511628211ULL;
    return h;
  }
};
