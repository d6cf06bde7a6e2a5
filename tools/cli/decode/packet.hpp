#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <optional>
#include <string>

namespace kwire::cli {

/// An address and port of TCP.
struct tcp_endpoint {
  bool v6 = false;
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;

  friend auto operator<=>(const tcp_endpoint&, const tcp_endpoint&) = default;
};

/// `127.0.0.1:9092`, `[::1]:9092`.
std::string to_string(const tcp_endpoint& where);

struct tcp_segment {
  tcp_endpoint from, to;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  bool syn = false, ack = false, fin = false, rst = false;
  bytes_view payload{};
  std::size_t cut = 0;  ///< octets behind `payload` that were sent but not captured
};

/// Kinds of link layers, by libpcap's numbers (DLT_...).
namespace link_type {
inline constexpr int null = 0, ethernet = 1, raw = 12, loop = 108, linux_cooked = 113, ipv4 = 228, ipv6 = 229,
                     linux_cooked_2 = 276;
}  // namespace link_type

/// Whether `parse_packet` knows it.
bool is_known_link(int type);

/// The TCP segment in a captured packet; nothing when there is none, or only a fragment of one.
std::optional<tcp_segment> parse_packet(int link, bytes_view captured);

}  // namespace kwire::cli
