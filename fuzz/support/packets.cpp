#include "support/packets.hpp"

#include <kwire/protocol/wire/writer.hpp>

namespace kwire::fuzz {
namespace {

using protocol::writer;

constexpr int raw_in_files = 101;  // LINKTYPE_RAW, where memory says DLT_RAW
constexpr std::uint32_t seconds = 1'700'000'000;

void put_link(writer& out, int link, std::uint16_t type) {
  using namespace cli::link_type;
  switch (link) {
    case ethernet:
      out.raw(bytes(12));
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
    case loop: out.fixed(std::uint32_t{2}); break;
    default: break;
  }
}

void put_ipv4(writer& out, const made_segment& segment, std::size_t size) {
  out.fixed(std::uint16_t{0x4500});
  out.fixed(static_cast<std::uint16_t>(size + 20));
  out.fixed(std::uint32_t{0});
  out.fixed(std::uint16_t{0x4006});
  out.fixed(std::uint16_t{0});
  for (const auto port : {segment.from, segment.to}) out.fixed(std::uint32_t{0x0a000000U | port});
}

void put_ipv6(writer& out, const made_segment& segment, std::size_t size) {
  out.fixed(std::uint32_t{0x60000000});
  out.fixed(static_cast<std::uint16_t>(size + 8));
  out.fixed(std::uint16_t{0x0040});  // hop-by-hop options first
  for (const auto port : {segment.from, segment.to}) {
    out.raw(bytes(14));
    out.fixed(port);
  }
  out.fixed(std::uint8_t{6});
  out.raw(bytes(7));
}

void put_word(bytes& file, std::size_t number) {
  const auto word = static_cast<std::uint32_t>(number);
  const auto octets = std::as_bytes(std::span{&word, 1});
  file.insert(file.end(), octets.begin(), octets.end());
}

void put_block(bytes& file, std::uint32_t type, bytes content) {
  content.resize((content.size() + 3) / 4 * 4);
  put_word(file, type);
  put_word(file, content.size() + 12);
  file.insert(file.end(), content.begin(), content.end());
  put_word(file, content.size() + 12);
}

std::size_t link_in_file(int link) {
  return static_cast<std::size_t>(link == cli::link_type::raw ? raw_in_files : link);
}

}  // namespace

bytes make_packet(int link, const made_segment& segment) {
  writer tcp;
  tcp.fixed(segment.from);
  tcp.fixed(segment.to);
  tcp.fixed(segment.sequence);
  tcp.fixed(segment.acknowledged);
  tcp.fixed(static_cast<std::uint16_t>(5U << 12 | segment.flags));
  tcp.raw(bytes(6));
  tcp.raw(segment.payload);
  writer out;
  put_link(out, link, segment.v6 ? 0x86dd : 0x0800);
  (segment.v6 ? put_ipv6 : put_ipv4)(out, segment, tcp.buffer().size());
  out.raw(tcp.buffer());
  return std::move(out.buffer());
}

bytes pcap_file(int link, const std::vector<bytes>& packets) {
  bytes file;
  for (const std::size_t number : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 65535U}) put_word(file, number);
  put_word(file, link_in_file(link));
  for (const auto& each : packets) {
    put_word(file, seconds);
    put_word(file, 0);
    put_word(file, each.size());
    put_word(file, each.size());
    file.insert(file.end(), each.begin(), each.end());
  }
  return file;
}

bytes pcapng_file(int link, const std::vector<bytes>& packets) {
  bytes file;
  const auto words = [](std::initializer_list<std::size_t> numbers) {
    bytes content;
    for (const auto number : numbers) put_word(content, number);
    return content;
  };
  put_block(file, 0x0a0d0d0a, words({0x1a2b3c4d, 1, 0xffffffff, 0xffffffff}));
  put_block(file, 1, words({link_in_file(link), 65535}));
  for (const auto& each : packets) {
    auto content = words({0, 0, seconds, each.size(), each.size()});
    content.insert(content.end(), each.begin(), each.end());
    put_block(file, 6, std::move(content));
  }
  return file;
}

}  // namespace kwire::fuzz
