#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace kwire::protocol {

/// Where in a message a visitor stands. Costs two stores a level; becomes text only for an error.
class path {
 public:
  static constexpr std::size_t max_depth = 24;  // no Kafka message has more than 8 levels

  bool push(std::string_view name) noexcept {
    if (depth_ == max_depth) return false;
    steps_[depth_++] = {name, no_index};
    return true;
  }
  void pop() noexcept { --depth_; }
  void at(std::size_t index) noexcept { steps_[depth_ - 1].index = index; }

  std::string text() const {
    std::string out;
    for (std::size_t i = 0; i < depth_; ++i) {
      if (!out.empty()) out += '.';
      out += steps_[i].name;
      if (steps_[i].index != no_index) out += '[' + std::to_string(steps_[i].index) + ']';
    }
    return out;
  }

 private:
  static constexpr auto no_index = static_cast<std::size_t>(-1);
  struct step {
    std::string_view name;
    std::size_t index;
  };
  std::array<step, max_depth> steps_;
  std::size_t depth_ = 0;
};

}  // namespace kwire::protocol
