#pragma once

#include <kwire/protocol/wire/writer.hpp>
#include <string>
#include <vector>

#include "decode/packet.hpp"
#include "frames.hpp"

namespace kwire::test {

/// What a test says of a segment; the packets around it are made here, octet by octet.
struct made_segment {
  bool v6 = false;
  std::uint16_t from = 50000, to = 9092;
  std::uint32_t sequence = 0, acknowledged = 0;
  std::string flags = "A";  ///< of S, A, F, R
  bytes payload{};
};

inline bytes ip_packet(const made_segment& segment) {
  protocol::writer tcp;
  tcp.fixed(segment.from);
  tcp.fixed(segment.to);
  tcp.fixed(segment.sequence);
  tcp.fixed(segment.acknowledged);
  unsigned bits = 5U << 12;
  for (const char flag : segment.flags) bits |= flag == 'F' ? 1 : flag == 'S' ? 2 : flag == 'R' ? 4 : 16;
  tcp.fixed(static_cast<std::uint16_t>(bits));
  tcp.raw(bytes(6));
  tcp.raw(segment.payload);
  protocol::writer ip;
  const auto size = tcp.buffer().size();
  const bool forward = segment.from > segment.to;
  if (segment.v6) {
    ip.fixed(std::uint32_t{0x60000000});
    ip.fixed(static_cast<std::uint16_t>(size + 8));
    ip.fixed(std::uint8_t{0});  // hop-by-hop options first
    ip.fixed(std::uint8_t{64});
    for (const bool first : {forward, !forward}) {
      ip.raw(bytes(15));
      ip.fixed(std::uint8_t{first ? std::uint8_t{1} : std::uint8_t{2}});
    }
    ip.fixed(std::uint8_t{6});
    ip.raw(bytes(7));
  } else {
    ip.fixed(std::uint16_t{0x4500});
    ip.fixed(static_cast<std::uint16_t>(size + 20));
    ip.fixed(std::uint32_t{0});
    ip.fixed(std::uint16_t{0x4006});
    ip.fixed(std::uint16_t{0});
    for (const bool first : {forward, !forward}) ip.fixed(std::uint32_t{first ? 0x0a000001U : 0x0a000002U});
  }
  ip.raw(tcp.buffer());
  return ip.buffer();
}

/// The IP packet behind the header of a link layer.
inline bytes packet(int link, const made_segment& segment, bool vlan = false) {
  using namespace cli::link_type;
  protocol::writer out;
  const std::uint16_t type = segment.v6 ? 0x86dd : 0x0800;
  switch (link) {
    case ethernet:
      out.raw(bytes(12));
      if (vlan) out.fixed(std::uint32_t{0x81000005});
      out.fixed(type);
      break;
    case linux_cooked:
      out.raw(bytes(14));
      out.fixed(type);
      break;
    case linux_cooked_2:
      out.fixed(type);
      out.raw(bytes(18));
      break;
    case null:
    case loop: out.fixed(std::uint32_t{segment.v6 ? 30U : 2U}); break;
    default: break;
  }
  out.raw(ip_packet(segment));
  return out.buffer();
}

struct made_packet {
  bytes octets;
  std::int64_t microseconds = 0;
  std::size_t cut = 0;  ///< octets at the end that the capture lacks
};

/// A capture in the pcap format, in the byte order of this machine.
inline std::string pcap_file(int link, const std::vector<made_packet>& packets) {
  std::string file;
  const auto put = [&](std::uint32_t number) { file.append(reinterpret_cast<const char*>(&number), 4); };
  for (const std::uint32_t number : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 65535U}) put(number);
  put(static_cast<std::uint32_t>(link == cli::link_type::raw ? 101 : link));
  for (const auto& each : packets) {
    put(static_cast<std::uint32_t>(each.microseconds / 1'000'000));
    put(static_cast<std::uint32_t>(each.microseconds % 1'000'000));
    put(static_cast<std::uint32_t>(each.octets.size() - each.cut));
    put(static_cast<std::uint32_t>(each.octets.size()));
    file += as_text(bytes_view{each.octets}.first(each.octets.size() - each.cut));
  }
  return file;
}

/// The same as pcapng: section header, one interface, enhanced packets.
inline std::string pcapng_file(int link, const std::vector<made_packet>& packets) {
  std::string file;
  const auto block = [&](std::uint32_t type, std::string content) {
    content.resize((content.size() + 3) / 4 * 4, '\0');
    const auto size = static_cast<std::uint32_t>(content.size() + 12);
    file.append(reinterpret_cast<const char*>(&type), 4).append(reinterpret_cast<const char*>(&size), 4);
    file.append(content).append(reinterpret_cast<const char*>(&size), 4);
  };
  const auto words = [](std::initializer_list<std::uint32_t> numbers) {
    std::string text;
    for (const auto number : numbers) text.append(reinterpret_cast<const char*>(&number), 4);
    return text;
  };
  block(0x0a0d0d0a, words({0x1a2b3c4d, 0x00000001, 0xffffffff, 0xffffffff}));
  block(1, words({static_cast<std::uint32_t>(link == cli::link_type::raw ? 101 : link), 65535}));
  for (const auto& each : packets) {
    const auto time = static_cast<std::uint64_t>(each.microseconds);
    const auto kept = each.octets.size() - each.cut;
    block(6, words({0, static_cast<std::uint32_t>(time >> 32), static_cast<std::uint32_t>(time),
                    static_cast<std::uint32_t>(kept), static_cast<std::uint32_t>(each.octets.size())}) +
                 std::string{as_text(bytes_view{each.octets}.first(kept))});
  }
  return file;
}

}  // namespace kwire::test
