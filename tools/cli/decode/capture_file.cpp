#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <kwire/protocol/wire/reader.hpp>
#include <memory>

#include "decode/capture.hpp"
#include "session.hpp"

namespace kwire::cli {
namespace {

/// Files can say more seconds than microseconds can be counted in: those end with the year 9999.
wall_time time_of(const timeval& when) {
  constexpr std::int64_t end_of_years = 253'402'300'799;
  const auto seconds = std::clamp<std::int64_t>(when.tv_sec, 0, end_of_years);
  return wall_time{std::chrono::seconds{seconds} + std::chrono::microseconds{when.tv_usec}};
}

}  // namespace

bool is_capture(bytes_view beginning) {
  constexpr std::uint32_t magics[] = {0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1,
                                      0xa1b2cd34, 0x34cdb2a1, 0x0a0d0d0a};
  if (beginning.size() < sizeof(std::uint32_t)) return false;
  return std::ranges::find(magics, protocol::reader::load<std::uint32_t>(beginning.data())) !=
         std::end(magics);
}

void read_capture(std::FILE* from, const std::string& name, capture& to) {
  char problem[PCAP_ERRBUF_SIZE] = "";
  const std::unique_ptr<pcap_t, void (*)(pcap_t*)> file{::pcap_fopen_offline(from, problem), ::pcap_close};
  if (!file) {
    std::fclose(from);
    throw failure{name + " is no capture that can be read: " + problem};
  }
  const int link = ::pcap_datalink(file.get());
  if (!is_known_link(link)) {
    const char* known = ::pcap_datalink_val_to_name(link);
    throw failure{
        fmt::format("{}: packets of link type {} are not understood; capture with tcpdump -i any -y "
                    "LINUX_SLL, or on an Ethernet or loopback interface",
                    name, known != nullptr ? known : std::to_string(link))};
  }
  pcap_pkthdr* header = nullptr;
  const u_char* octets = nullptr;
  int outcome = 0;
  while ((outcome = ::pcap_next_ex(file.get(), &header, &octets)) == 1) {
    to.packet(link, {reinterpret_cast<const std::byte*>(octets), header->caplen}, time_of(header->ts));
  }
  to.finish();
  if (outcome == PCAP_ERROR) {
    throw failure{fmt::format("{}, behind packet {}: {}", name, to.packets(), ::pcap_geterr(file.get()))};
  }
}

}  // namespace kwire::cli
