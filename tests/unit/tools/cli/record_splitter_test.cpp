#include "record_splitter.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <thread>

using namespace kwire::cli;

namespace {

/// What comes of `text` written in pieces of that size.
std::vector<std::string> split(const std::string& text, const std::string& delimiter, std::size_t step) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  std::thread writer{[&] {
    for (std::size_t at = 0; at < text.size(); at += step) {
      const auto piece = text.substr(at, step);
      if (::write(ends[1], piece.data(), piece.size()) < 0) break;
    }
    ::close(ends[1]);
  }};
  std::vector<std::string> pieces;
  record_splitter splitter{ends[0], delimiter};
  while (const auto piece = splitter.next()) pieces.emplace_back(*piece);
  writer.join();
  ::close(ends[0]);
  CHECK(splitter.failure().empty());
  return pieces;
}

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("pieces between delimiters; the last needs none") {
  for (const std::size_t step : {1, 2, 3, 100}) {
    CAPTURE(step);
    CHECK(split("a\nbc\n\nd", "\n", step) == strings{"a", "bc", "", "d"});
    CHECK(split("a\n", "\n", step) == strings{"a"});
    CHECK(split("", "\n", step).empty());
    CHECK(split("a;;b;c;;", ";;", step) == strings{"a", "b;c"});
    CHECK(split("a;", ";;", step) == strings{"a;"});
    CHECK(split("x\ny", "", step) == strings{"x\ny"});
  }
}

TEST_CASE("pieces far larger than the buffer") {
  const std::string large(1'000'000, 'x');
  CHECK(split(large + "\n" + large + "y\nz", "\n", 50'000) == strings{large, large + "y", "z"});
}

TEST_CASE("waiting for input ends when a stop is asked for") {
  int input[2], stop[2];
  REQUIRE(::pipe2(input, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(stop, O_CLOEXEC) == 0);
  REQUIRE(::write(stop[1], "x", 1) == 1);
  record_splitter splitter{input[0], "\n", stop[0]};
  CHECK_FALSE(splitter.next());
  CHECK(splitter.stopped());
  for (const int descriptor : {input[0], input[1], stop[0], stop[1]}) ::close(descriptor);
}

TEST_CASE("a descriptor that cannot be read says why") {
  record_splitter splitter{::open("/", O_RDONLY | O_CLOEXEC), "\n"};
  CHECK_FALSE(splitter.next());
  CHECK(splitter.failure() == "Is a directory");
}
