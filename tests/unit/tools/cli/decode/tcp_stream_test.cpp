#include "decode/tcp_stream.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace kwire;
using namespace kwire::cli;

namespace {

struct listener {
  std::string text;
  tcp_stream stream{
      {[this](bytes_view octets, wall_time) { text += as_text(octets); },
       [this](std::uint64_t octets, wall_time) { text += "<" + std::to_string(octets) + ">"; }}};
  void segment(std::uint32_t sequence, std::string_view payload, std::size_t cut = 0) {
    stream.segment(sequence, as_bytes(payload), cut, {});
  }
};

}  // namespace

TEST_CASE("tcp stream: repeated, overlapping and early segments come out once, in order") {
  listener on;
  on.stream.begin(100);
  on.segment(100, "abc");
  on.segment(100, "abc");
  on.segment(106, "ghi");
  on.segment(104, "ef");
  CHECK(on.text == "abc");
  on.segment(101, "bcde");
  CHECK(on.text == "abcdefghi");
  on.segment(99, "x");
  on.segment(108, "ijk");
  CHECK(on.text == "abcdefghijk");
}

TEST_CASE("tcp stream: sequence numbers wrap") {
  listener on;
  on.stream.begin(0xfffffffe);
  on.segment(1, "def");
  on.segment(0xfffffffe, "abc");
  CHECK(on.text == "abcdef");
}

TEST_CASE("tcp stream: without a beginning the first segment is one") {
  listener on;
  on.segment(5000, "abc");
  on.segment(5003, "def");
  CHECK(on.text == "abcdef");
}

TEST_CASE("tcp stream: what the receiver has but the capture lacks is a gap") {
  listener on;
  on.stream.begin(0);
  on.segment(0, "abc");
  on.segment(5, "fg");
  on.stream.acknowledged(3, {});
  CHECK(on.text == "abc");
  on.stream.acknowledged(7, {});
  CHECK(on.text == "abc<2>fg");
  on.stream.acknowledged(9, {});
  on.segment(9, "jk");
  CHECK(on.text == "abc<2>fg<2>jk");
  on.segment(20, "z");
  on.stream.finish();
  CHECK(on.text == "abc<2>fg<2>jk<9>z");
}

TEST_CASE("tcp stream: octets that were not captured are a gap, unless they come again") {
  listener on;
  on.segment(0, "abc", 3);
  CHECK(on.text == "abc<3>");
  on.segment(6, "g");
  CHECK(on.text == "abc<3>g");
}

TEST_CASE("tcp stream: what waits is bounded") {
  listener on;
  on.stream.begin(0);
  const std::string large(1 << 20, 'x');
  for (std::uint32_t i = 0; i < 6; ++i) on.segment(10 + i * (1 << 20), large);
  CHECK(on.text.starts_with("<10>xxx"));
}

TEST_CASE("tcp stream: segments of a shuffled stream come out whole") {
  std::mt19937 random{7};
  std::string whole;
  for (int i = 0; i < 3000; ++i) whole += static_cast<char>('a' + i % 26);
  for (int round = 0; round < 20; ++round) {
    struct part {
      std::uint32_t at, size;
    };
    std::vector<part> parts;
    for (std::uint32_t at = 0; at < whole.size(); at += 50) parts.push_back({at, 50});
    for (int i = 0; i < 40; ++i) {  // overlaps and repetitions
      const auto at = static_cast<std::uint32_t>(random() % (whole.size() - 120));
      parts.push_back({at, static_cast<std::uint32_t>(random() % 120)});
    }
    std::shuffle(parts.begin(), parts.end(), random);
    listener on;
    on.stream.begin(0xfffffff0);
    for (const auto& each : parts) {
      on.segment(0xfffffff0 + each.at, std::string_view{whole}.substr(each.at, each.size));
    }
    CHECK(on.text == whole);
  }
}
