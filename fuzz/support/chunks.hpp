#pragma once

#include <vector>

#include "support/input.hpp"

namespace kwire::fuzz {

/// A stream as a peer would send it: frames that the input chooses, now and then with a length that is none,
/// and where it is cut when it is sent in pieces.
struct stream {
  bytes octets;
  std::vector<std::size_t> cuts;  ///< ascending, each below the size
};
stream draw_stream(input& in);

/// The frames that a reader has to see in `octets`, up to the first length that is not from `least` to
/// `most`.
std::vector<bytes> frames_of(bytes_view octets, std::int32_t least, std::int32_t most);

/// Sends part after part, calling `pump` in between so that the reader sees every piece by itself.
template <class Send, class Pump>
void send_in_pieces(const stream& what, Send send, Pump pump) {
  std::size_t from = 0;
  for (const auto cut : what.cuts) {
    send(bytes_view{what.octets}.subspan(from, cut - from));
    pump();
    from = cut;
  }
  send(bytes_view{what.octets}.subspan(from));
  pump();
}

}  // namespace kwire::fuzz
