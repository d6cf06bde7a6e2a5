#include <doctest/doctest.h>

#include <kwire/protocol/ids.hpp>
#include <unordered_set>

using namespace kwire;

TEST_CASE("uuid: Kafka's text form, both ways") {
  uuid id;
  CHECK(id.is_zero());
  CHECK(to_string(id) == "AAAAAAAAAAAAAAAAAAAAAA");
  for (std::size_t i = 0; i < 16; ++i) id.octets[i] = static_cast<std::uint8_t>(0xf0 + i);
  CHECK(to_string(id) == "8PHy8_T19vf4-fr7_P3-_w");  // java.util.Base64.getUrlEncoder().withoutPadding()
  uuid back;
  CHECK(parse_uuid("8PHy8_T19vf4-fr7_P3-_w", back));
  CHECK(back == id);
}

TEST_CASE("uuid: what is no id leaves the target alone") {
  uuid id;
  id.octets[0] = 7;
  const auto before = id;
  for (const auto* text :
       {"", "AAAA", "8PHy8_T19vf4-fr7_P3-_w=", "8PHy8_T19vf4-fr7/P3-_w", "8PHy8_T19vf4-fr7 P3-_w"}) {
    CHECK_FALSE(parse_uuid(text, id));
    CHECK(id == before);
  }
}

TEST_CASE("uuid: usable as a key") {
  std::unordered_set<uuid> set;
  uuid id;
  for (std::uint8_t i = 0; i < 100; ++i) {
    id.octets[15] = i;
    set.insert(id);
  }
  CHECK(set.size() == 100);
}

TEST_CASE("ids: raw gives the number") {
  CHECK(raw(partition_id{7}) == 7);
  CHECK(raw(no_producer_id) == -1);
}
