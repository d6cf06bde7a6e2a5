#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <vector>

#include "decode/packet.hpp"

namespace kwire::fuzz {

/// Link layers that differ in what stands before a packet.
inline constexpr int link_layers[] = {cli::link_type::ethernet, cli::link_type::null,
                                      cli::link_type::raw,      cli::link_type::linux_cooked,
                                      cli::link_type::loop,     cli::link_type::linux_cooked_2};

/// A TCP segment between two hosts that its ports tell apart.
struct made_segment {
  bool v6 = false;
  std::uint16_t from = 50000, to = 9092;
  std::uint32_t sequence = 0, acknowledged = 0;
  std::uint8_t flags = 16;  ///< as in TCP's header: 1 FIN, 2 SYN, 4 RST, 16 ACK
  bytes_view payload{};
};

/// The segment in a packet of that link layer (`cli::link_type`).
bytes make_packet(int link, const made_segment& segment);

/// A capture as a file, in the byte order of this machine; all packets at one moment.
bytes pcap_file(int link, const std::vector<bytes>& packets);
bytes pcapng_file(int link, const std::vector<bytes>& packets);

}  // namespace kwire::fuzz
