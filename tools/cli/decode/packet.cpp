#include "decode/packet.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <kwire/protocol/wire/reader.hpp>

namespace kwire::cli {
namespace {

using protocol::reader;

constexpr std::uint16_t type_ipv4 = 0x0800, type_ipv6 = 0x86dd, type_vlan = 0x8100, type_vlan_outer = 0x88a8;
constexpr std::uint8_t protocol_tcp = 6;

/// Steps over the link layer's header; false when no IP packet follows it.
bool skip_link(int link, reader& in) {
  std::uint16_t type = type_ipv4;
  switch (link) {
    case link_type::ethernet:
      in.skip(12);
      type = in.fixed<std::uint16_t>();
      while (in.ok() && (type == type_vlan || type == type_vlan_outer)) {
        in.skip(2);
        type = in.fixed<std::uint16_t>();
      }
      break;
    case link_type::linux_cooked:
      in.skip(14);
      type = in.fixed<std::uint16_t>();
      break;
    case link_type::linux_cooked_2:
      type = in.fixed<std::uint16_t>();
      in.skip(18);
      break;
    // The address family's number differs between systems; the IP version tells the same.
    case link_type::null:
    case link_type::loop: in.skip(4); break;
    default: break;
  }
  return in.ok() && (type == type_ipv4 || type == type_ipv6);
}

void take_address(reader& in, tcp_endpoint& into, std::size_t size) {
  const auto octets = in.take(size);
  into.v6 = size == 16;
  if (octets.size() == size) std::memcpy(into.address.data(), octets.data(), size);
}

/// Reads an IPv4 header and gives the size of what is in it; nothing when that is no whole TCP segment.
std::optional<std::size_t> take_ipv4(reader& in, tcp_segment& into) {
  const auto first = in.fixed<std::uint8_t>();
  const std::size_t header = (first & 15U) * 4U;
  in.skip(1);
  const auto whole = in.fixed<std::uint16_t>();
  in.skip(2);
  const auto fragment = in.fixed<std::uint16_t>();
  in.skip(1);
  const auto protocol = in.fixed<std::uint8_t>();
  in.skip(2);
  take_address(in, into.from, 4);
  take_address(in, into.to, 4);
  if (header < 20 || protocol != protocol_tcp || (fragment & 0x3fff) != 0) return std::nullopt;
  in.skip(header - 20);
  // The network card cuts large segments after they were captured: their size is 0 then.
  if (whole == 0) return in.remaining();
  if (!in.ok() || whole < header) return std::nullopt;
  return whole - header;
}

std::optional<std::size_t> take_ipv6(reader& in, tcp_segment& into) {
  in.skip(4);
  std::size_t size = in.fixed<std::uint16_t>();
  auto next = in.fixed<std::uint8_t>();
  in.skip(1);
  take_address(in, into.from, 16);
  take_address(in, into.to, 16);
  const bool jumbo = size == 0;
  while (in.ok() && (next == 0 || next == 43 || next == 60)) {  // extension headers
    next = in.fixed<std::uint8_t>();
    const std::size_t length = (in.fixed<std::uint8_t>() + 1U) * 8U;
    in.skip(length - 2);
    if (!jumbo && length > size) return std::nullopt;
    if (!jumbo) size -= length;
  }
  if (!in.ok() || next != protocol_tcp) return std::nullopt;
  return jumbo ? in.remaining() : size;
}

}  // namespace

std::string to_string(const tcp_endpoint& where) {
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(where.v6 ? AF_INET6 : AF_INET, where.address.data(), text, sizeof text);
  const std::string host = text;
  return (where.v6 ? "[" + host + "]" : host) + ":" + std::to_string(where.port);
}

bool is_known_link(int type) {
  using namespace link_type;
  constexpr int known[] = {null, ethernet, raw, loop, linux_cooked, ipv4, ipv6, linux_cooked_2};
  return std::ranges::find(known, type) != std::end(known);
}

std::optional<tcp_segment> parse_packet(int link, bytes_view captured) {
  reader in{captured};
  if (!is_known_link(link) || !skip_link(link, in) || in.remaining() == 0) return std::nullopt;
  tcp_segment found;
  const auto version = std::to_integer<unsigned>(in.rest().front()) >> 4;
  if (version != 4 && version != 6) return std::nullopt;
  const auto size = version == 4 ? take_ipv4(in, found) : take_ipv6(in, found);
  if (!size || !in.ok()) return std::nullopt;
  found.from.port = in.fixed<std::uint16_t>();
  found.to.port = in.fixed<std::uint16_t>();
  found.sequence = in.fixed<std::uint32_t>();
  found.acknowledged = in.fixed<std::uint32_t>();
  const auto flags = in.fixed<std::uint16_t>();
  in.skip(6);
  const std::size_t header = (flags >> 12) * 4U;
  if (header < 20 || header > *size) return std::nullopt;
  in.skip(header - 20);
  if (!in.ok()) return std::nullopt;
  found.fin = (flags & 1) != 0;
  found.syn = (flags & 2) != 0;
  found.rst = (flags & 4) != 0;
  found.ack = (flags & 16) != 0;
  const auto sent = *size - header;
  found.payload = in.take(std::min(sent, in.remaining()));
  found.cut = sent - found.payload.size();
  return found;
}

}  // namespace kwire::cli
