#include "decode/tcp_stream.hpp"

#include <algorithm>

namespace kwire::cli {
namespace {

constexpr std::size_t most_early_octets = std::size_t{4} << 20;
constexpr std::size_t most_early_pieces = 4096;

}  // namespace

void tcp_stream::begin(std::uint32_t sequence) {
  begun_ = true;
  first_ = sequence;
  next_ = confirmed_ = 0;
}

/// Sequence numbers wrap; the place nearest to the next one is meant.
std::int64_t tcp_stream::place_of(std::uint32_t sequence) const {
  const auto expected = first_ + static_cast<std::uint32_t>(next_);
  return next_ + static_cast<std::int32_t>(sequence - expected);
}

void tcp_stream::segment(std::uint32_t sequence, bytes_view payload, std::size_t cut, wall_time time) {
  if (payload.empty() && cut == 0) return;
  if (!begun_) begin(sequence);
  const auto place = place_of(sequence);
  if (place > next_) {
    early_octets_ += payload.size();
    early_.emplace(place, piece{to_bytes(payload), cut, time});
  } else {
    pass(place, payload, cut, time);
  }
  drain();
  while (!early_.empty() && (early_.begin()->first <= confirmed_ || early_octets_ > most_early_octets ||
                             early_.size() > most_early_pieces)) {
    jump(time);
  }
}

/// Hands on what is new of a piece that does not begin later than the next octet.
void tcp_stream::pass(std::int64_t place, bytes_view payload, std::size_t cut, wall_time time) {
  const auto size = static_cast<std::int64_t>(payload.size());
  const auto end = place + size;
  if (end > next_) {
    const auto known = static_cast<std::size_t>(next_ - place);
    next_ = end;
    events_.on_octets(payload.subspan(known), time);
  }
  const auto whole = end + static_cast<std::int64_t>(cut);
  if (cut > 0 && whole > next_) {
    const auto missing = static_cast<std::uint64_t>(whole - next_);
    next_ = whole;
    events_.on_gap(missing, time);
  }
}

void tcp_stream::drain() {
  while (!early_.empty() && early_.begin()->first <= next_) {
    auto node = early_.extract(early_.begin());
    auto& [octets, cut, time] = node.mapped();
    early_octets_ -= octets.size();
    pass(node.key(), octets, cut, time);
  }
}

/// Gives up waiting for what is in front of the first early piece.
void tcp_stream::jump(wall_time time) {
  const auto missing = static_cast<std::uint64_t>(early_.begin()->first - next_);
  next_ = early_.begin()->first;
  events_.on_gap(missing, time);
  drain();
}

void tcp_stream::acknowledged(std::uint32_t sequence, wall_time time) {
  if (!begun_) return;
  confirmed_ = std::max(confirmed_, place_of(sequence));
  while (!early_.empty() && early_.begin()->first <= confirmed_) jump(time);
}

void tcp_stream::finish() {
  while (!early_.empty()) jump(early_.begin()->second.time);
}

}  // namespace kwire::cli
