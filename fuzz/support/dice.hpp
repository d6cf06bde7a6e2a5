#pragma once

#include <cstddef>
#include <cstdint>

namespace kwire::fuzz {

/// Random numbers from a seed, the same with every compiler. Mutators make one for each input, and the
/// generators of the standard library take longer to set up than a message to decode.
class dice {
 public:
  explicit dice(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t operator()() noexcept {  // splitmix64
    auto mixed = state_ += 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
  }
  std::size_t below(std::size_t limit) noexcept { return (*this)() % limit; }

 private:
  std::uint64_t state_;
};

}  // namespace kwire::fuzz
