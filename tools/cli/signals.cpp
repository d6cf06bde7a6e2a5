#include "signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

namespace kwire::cli {
namespace {

std::stop_source& source() {
  static std::stop_source instance;
  return instance;
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  return set;
}

}  // namespace

int stop_descriptor() noexcept {
  static const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return descriptor;
}

std::stop_token stop_requested() noexcept { return source().get_token(); }

void request_stop() {
  const std::uint64_t one = 1;
  if (::write(stop_descriptor(), &one, sizeof one) < 0) return;  // readable already
  source().request_stop();
}

void catch_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  source();
  stop_descriptor();
  const auto set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::thread{[set] {
    int number = 0;
    ::sigwait(&set, &number);
    // A callback may wait for something that hangs: the second signal must still end the process.
    std::thread{[] { request_stop(); }}.detach();
    ::sigwait(&set, &number);
    ::_exit(128 + number);
  }}.detach();
}

}  // namespace kwire::cli
