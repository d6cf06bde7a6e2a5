#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace kwire::cli {

/// A line on the terminal that says how far a long piece of work has got; appears after two seconds.
class progress {
 public:
  progress(bool wanted, std::string unit) : wanted_(wanted), unit_(std::move(unit)) {}
  ~progress() { end(); }
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// Cheap: looks at the clock every thousandth time.
  void at(std::uint64_t count) {
    if (wanted_ && ++calls_ % 1024 == 0) [[unlikely]]
      show(count);
  }
  /// The same for those who call seldom.
  void now(std::uint64_t count) {
    if (wanted_) show(count);
  }
  /// Takes the line away.
  void end();

 private:
  void show(std::uint64_t count);

  using clock = std::chrono::steady_clock;
  bool wanted_;
  bool shown_ = false;
  std::string unit_;
  std::uint64_t calls_ = 0;
  clock::time_point began_ = clock::now();
  clock::time_point next_ = began_ + std::chrono::seconds{2};
};

}  // namespace kwire::cli
