// Tests: progress.cpp, signals.cpp
#include "output.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "progress.hpp"
#include "signals.hpp"

using namespace kwire::cli;

TEST_CASE("what is written comes out when flushed") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  output out{ends[1]};
  out.write("abc");
  out.buffer() += "def";
  out.relieve();
  out.flush();
  char text[16];
  CHECK(::read(ends[0], text, sizeof text) == 6);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a reader that went away is no failure, a full disk is") {
  ::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  ::close(ends[0]);
  output out{ends[1]};
  out.write("abc");
  out.flush();
  CHECK(out.closed());
  CHECK(out.failure().empty());
  ::close(ends[1]);

  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  output disk{full};
  disk.write("abc");
  disk.flush();
  CHECK(disk.closed());
  CHECK_FALSE(disk.failure().empty());
  ::close(full);
}

TEST_CASE("progress that nobody wants writes nothing and costs nothing") {
  progress none{false, "records"};
  for (std::uint64_t i = 0; i < 5000; ++i) none.at(i);
  none.end();
}

TEST_CASE("a stop can be seen by token and descriptor") {
  CHECK_FALSE(stop_requested().stop_requested());
  CHECK(stop_descriptor() >= 0);
}
