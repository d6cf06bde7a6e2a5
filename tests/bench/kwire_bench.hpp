#pragma once

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <kwire/client/config.hpp>
#include <kwire/client/error.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

// What kwire_bench is asked to do, and the talk with tests/bench/meter.py; README.md has both.
namespace bench {

[[noreturn]] inline void die(const std::string& why) {
  std::cerr << "kwire_bench: " << why << '\n';
  std::_Exit(1);
}

template <class Result>
auto need(Result done) {
  if (!done) die(done.error().message());
  if constexpr (!std::is_void_v<typename Result::value_type>) return std::move(*done);
}

inline std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The name by which processor time is told apart; threads made by this one inherit it.
inline void name_thread(const char* name) { ::prctl(PR_SET_NAME, name); }

/// WORK BROKERS TOPIC COUNT SIZE [bench.NAME=VALUE | KEY=VALUE]...
struct order {
  std::string work, brokers, topic;
  std::int64_t count = 0;
  std::size_t size = 0;
  int threads = 1;
  bool keys = false;
  bool reports = true;
  std::int64_t rate = 1000;
  std::int64_t transaction = 1000;  ///< records
  std::vector<std::string> values;  ///< taken in turn
  std::vector<std::string> names;   ///< keys, likewise
  kwire::config settings;           ///< of the client

  order(int argc, char** argv) {
    if (argc < 6) die("usage: kwire_bench WORK BROKERS TOPIC COUNT SIZE [bench.NAME=VALUE | KEY=VALUE]...");
    work = argv[1];
    brokers = argv[2];
    topic = argv[3];
    count = std::atoll(argv[4]);
    size = static_cast<std::size_t>(std::atoll(argv[5]));
    for (int i = 6; i < argc; ++i) option(argv[i]);
    if (values.empty()) values.assign(1, std::string(size, 'x'));
    for (int i = 0; keys && i < 10'000; ++i) {
      auto digits = std::to_string(i * 7919 % 10'000);
      names.push_back("key-" + std::string(6 - digits.size(), '0') + digits);
    }
  }

 private:
  void option(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == text.npos) die("options are KEY=VALUE, not " + text);
    const auto name = text.substr(0, equals);
    const auto value = text.substr(equals + 1);
    if (name == "bench.threads") {
      threads = std::stoi(value);
    } else if (name == "bench.keys") {
      keys = value == "1";
    } else if (name == "bench.reports") {
      reports = value == "1";
    } else if (name == "bench.rate") {
      rate = std::stoll(value);
    } else if (name == "bench.transaction") {
      transaction = std::stoll(value);
    } else if (name == "bench.values") {
      read_values(value);
    } else if (name.starts_with("bench.")) {
      die("unknown: " + name);
    } else {
      settings.set(name, value);
    }
  }

  /// A file of values of `size` octets each.
  void read_values(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    const std::string all{std::istreambuf_iterator<char>{in}, {}};
    for (std::size_t at = 0; at + size <= all.size(); at += size) values.push_back(all.substr(at, size));
    if (values.empty()) die("no values in " + file);
  }
};

/// Says a line and waits for one, while the meter reads what this process has used.
inline void meet(const std::string& line) {
  std::cout << line << std::endl;
  std::string answer;
  std::getline(std::cin, answer);
}

inline std::string times_of(std::int64_t records, std::int64_t took_ns) {
  return "{\"records\":" + std::to_string(records) +
         ",\"seconds\":" + std::to_string(static_cast<double>(took_ns) / 1e9) + "}";
}

inline std::string latencies_of(std::vector<std::int64_t>& ns, std::int64_t took_ns) {
  if (ns.empty()) die("nothing was measured");
  std::ranges::sort(ns);
  const auto at = [&](std::size_t per_mille) {
    const auto index = std::min(ns.size() - 1, ns.size() * per_mille / 1000);
    return std::to_string(static_cast<double>(ns[index]) / 1e3);
  };
  return "{\"records\":" + std::to_string(ns.size()) +
         ",\"seconds\":" + std::to_string(static_cast<double>(took_ns) / 1e9) + ",\"p50_us\":" + at(500) +
         ",\"p99_us\":" + at(990) + ",\"p999_us\":" + at(999) + "}";
}

/// Sleeps until the n-th record of a paced run is due, and gives the time at which it was.
inline std::int64_t pace(std::int64_t began_ns, std::int64_t rate, std::int64_t index) {
  const auto due = began_ns + index * 1'000'000'000 / rate;
  const auto now = now_ns();
  if (due > now) std::this_thread::sleep_for(std::chrono::nanoseconds{due - now});
  return due;
}

}  // namespace bench
