#include "decode/frame_input.hpp"

#include <doctest/doctest.h>

#include "session.hpp"

using namespace kwire;
using namespace kwire::cli;

namespace {

std::string text_of(const bytes& octets) { return std::string{as_text(octets)}; }

std::string problem(std::string_view text, octet_form form) {
  try {
    read_octets(text, form);
  } catch (const failure& why) {
    return why.what();
  }
  return {};
}

/// Frames that begin with F are frames here.
bool reads(bytes_view octets) { return !octets.empty() && octets.front() == std::byte{'F'}; }

std::vector<std::string> frames(std::string_view text, octet_form form) {
  std::vector<std::string> all;
  for (const auto& frame : read_frames(text, form, reads)) all.push_back(text_of(frame));
  return all;
}

using list = std::vector<std::string>;

}  // namespace

TEST_CASE("decode input: hex in its usual looks") {
  CHECK(text_of(read_octets("41 42:43\n0x44,0x45", octet_form::hex)) == "ABCDE");
  CHECK(text_of(read_octets("4a4B", octet_form::automatic)) == "JK");
  CHECK(problem("41\n4g", octet_form::hex).starts_with("input line 2: 'g' is no hex digit"));
  CHECK(problem("41 4", octet_form::hex).starts_with("input line 1: half an octet"));
}

TEST_CASE("decode input: base64 and raw octets") {
  CHECK(text_of(read_octets("Rk9P\nQkFS\n", octet_form::base64)) == "FOOBAR");
  CHECK(text_of(read_octets("Rk9PQkFS", octet_form::automatic)) == "FOOBAR");
  CHECK(text_of(read_octets("\x01\x02", octet_form::automatic)) == "\x01\x02");
  CHECK(text_of(read_octets("41", octet_form::raw)) == "41");
  CHECK(problem("****", octet_form::base64).find("no base64") != std::string::npos);
  CHECK_THROWS_AS((void)parse_octet_form("octal"), usage_error);
  CHECK(parse_octet_form("hex") == octet_form::hex);
}

TEST_CASE("decode input: frames with their lengths, without, and a line each") {
  CHECK(frames("00000002 4641 00000001 46", octet_form::hex) == list{"FA", "F"});
  CHECK(frames("4641", octet_form::hex) == list{"FA"});
  CHECK(frames("4641\n46420a\n\n", octet_form::hex) == list{"FAFB\n"});
  CHECK(frames("00000003 464142\n464344\n", octet_form::hex) == list{"FAB", "FCD"});
  CHECK(frames("00000009 4641", octet_form::hex) == list{std::string{"\0\0\0\x09"
                                                                     "FA",
                                                                     6}});
  CHECK(frames(std::string_view{"\0\0\0\x02"
                                "FA",
                                6},
               octet_form::raw) == list{"FA"});
}

TEST_CASE("decode input: what could be a length is one only if the rest is a frame") {
  const auto any = [](bytes_view octets) { return octets.size() == 5; };
  CHECK(split_frames(as_bytes(std::string_view{"\0\0\0\x01z", 5}), any).front().size() == 5);
  CHECK(split_frames(as_bytes(std::string_view{"\0\0\0\x01z", 5}), reads).front().size() == 1);
}
