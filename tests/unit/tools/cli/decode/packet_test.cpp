#include "decode/packet.hpp"

#include "packets.hpp"

using namespace kwire;
using namespace kwire::cli;
using test::made_segment;

namespace {

const bytes hello = to_bytes(as_bytes("hello"));

}  // namespace

TEST_CASE("packet: every link layer, both IP versions") {
  using namespace link_type;
  for (const int link : {ethernet, null, loop, link_type::raw, linux_cooked, linux_cooked_2, ipv4, ipv6}) {
    for (const bool v6 : {false, true}) {
      for (const bool vlan : {false, true}) {
        INFO("link ", link, " v6 ", v6);
        CHECK(is_known_link(link));
        const auto octets = test::packet(link, made_segment{v6, 50000, 9092, 77, 88, "SA", hello}, vlan);
        const auto found = parse_packet(link, octets);
        REQUIRE(found);
        CHECK(to_string(found->from) == (v6 ? "[::1]:50000" : "10.0.0.1:50000"));
        CHECK(to_string(found->to) == (v6 ? "[::2]:9092" : "10.0.0.2:9092"));
        CHECK(found->sequence == 77);
        CHECK(found->acknowledged == 88);
        CHECK((found->syn && found->ack && !found->fin && !found->rst));
        CHECK(as_text(found->payload) == "hello");
        CHECK(found->cut == 0);
      }
    }
  }
  CHECK_FALSE(is_known_link(105));
  CHECK_FALSE(parse_packet(105, test::packet(ethernet, {})));
}

TEST_CASE("packet: padding of Ethernet is no payload, and what a capture cut is counted") {
  auto octets = test::packet(link_type::ethernet, {.payload = hello});
  octets.resize(octets.size() + 6);
  CHECK(as_text(parse_packet(link_type::ethernet, octets)->payload) == "hello");
  octets.resize(octets.size() - 9);
  const auto cut = parse_packet(link_type::ethernet, octets);
  REQUIRE(cut);
  CHECK(as_text(cut->payload) == "he");
  CHECK(cut->cut == 3);
}

TEST_CASE("packet: a size of 0 means up to the end") {
  auto octets = test::packet(link_type::raw, {.payload = hello});
  octets[2] = octets[3] = std::byte{0};
  CHECK(as_text(parse_packet(link_type::raw, octets)->payload) == "hello");
}

TEST_CASE("packet: fragments, other protocols and what is cut in a header are left out") {
  const auto whole = test::packet(link_type::raw, {.payload = hello});
  auto fragment = whole;
  fragment[6] = std::byte{0x20};
  CHECK_FALSE(parse_packet(link_type::raw, fragment));
  auto udp = whole;
  udp[9] = std::byte{17};
  CHECK_FALSE(parse_packet(link_type::raw, udp));
  auto other = whole;
  other[0] = std::byte{0x75};
  CHECK_FALSE(parse_packet(link_type::raw, other));
  for (std::size_t size = 0; size < 40; ++size) {
    CHECK_FALSE(parse_packet(link_type::raw, bytes_view{whole}.first(size)));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {  // nothing reads outside, whatever the octets say
    for (const unsigned value : {0U, 0x0fU, 0x7fU, 0xffU}) {
      auto changed = whole;
      changed[at] = static_cast<std::byte>(value);
      for (const int link : {link_type::raw, link_type::ethernet, link_type::null})
        (void)parse_packet(link, changed);
    }
  }
}
