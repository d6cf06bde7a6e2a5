#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "decode/frame_printer.hpp"

namespace kwire::cli {

/// Puts the segments of one direction of a TCP connection in order: repeated octets are dropped, those too
/// early wait (up to a limit), those that the capture lacks are told.
class tcp_stream {
 public:
  struct events {
    std::function<void(bytes_view octets, wall_time time)> on_octets;
    /// So many octets are missing; 0: nobody knows how many.
    std::function<void(std::uint64_t octets, wall_time time)> on_gap;
  };

  explicit tcp_stream(events to) : events_(std::move(to)) {}

  /// The connection begins: the first octet has this sequence number.
  void begin(std::uint32_t sequence);
  /// `cut` octets behind the payload were sent but not captured.
  void segment(std::uint32_t sequence, bytes_view payload, std::size_t cut, wall_time time);
  /// The receiver has everything in front of this number: what still lacks will not come any more.
  void acknowledged(std::uint32_t sequence, wall_time time);
  /// No more segments: what waits comes out, gaps told.
  void finish();

 private:
  struct piece {
    bytes octets;
    std::size_t cut;
    wall_time time;
  };
  std::int64_t place_of(std::uint32_t sequence) const;
  void pass(std::int64_t place, bytes_view payload, std::size_t cut, wall_time time);
  void drain();
  void jump(wall_time time);

  events events_;
  bool begun_ = false;
  std::uint32_t first_ = 0;     ///< sequence number that place 0 has, modulo 2^32
  std::int64_t next_ = 0;       ///< place that is to come
  std::int64_t confirmed_ = 0;  ///< place in front of which the receiver has everything
  std::multimap<std::int64_t, piece> early_;
  std::size_t early_octets_ = 0;
};

}  // namespace kwire::cli
