#include "support/chunks.hpp"

#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/writer.hpp>

namespace kwire::fuzz {

stream draw_stream(input& in) {
  stream made;
  protocol::writer out;
  for (auto left = in.below(6) + 1; left > 0 && !in.empty(); --left) {
    // Sizes around those of the readers' buffers, filled with what is left of the input again and again.
    constexpr std::size_t sizes[] = {0, 1, 3, 200, 16'380, 16'381, 20'000, 65'533};
    const auto how = in.number<std::uint8_t>();
    const auto size = how < 192 ? std::size_t{how} : sizes[how % 8];
    out.fixed(how == 191 ? in.number<std::int32_t>() : static_cast<std::int32_t>(size));
    const auto seed = in.number<std::uint8_t>();
    for (std::size_t i = 0; i < size; ++i) out.buffer().push_back(static_cast<std::byte>(seed + i));
  }
  made.octets = std::move(out.buffer());
  std::size_t at = 0;
  while (!in.empty() && made.cuts.size() < 16) {
    const auto step = in.number<std::uint8_t>();
    at += step < 200 ? step : (step - 199U) * 300U;
    if (at >= made.octets.size()) break;
    if (made.cuts.empty() || at > made.cuts.back()) made.cuts.push_back(at);
  }
  return made;
}

std::vector<bytes> frames_of(bytes_view octets, std::int32_t least, std::int32_t most) {
  std::vector<bytes> found;
  protocol::reader in{octets};
  while (in.remaining() >= 4) {
    const auto length = in.fixed<std::int32_t>();
    if (length < least || length > most || in.remaining() < static_cast<std::size_t>(length)) break;
    found.push_back(to_bytes(in.take(static_cast<std::size_t>(length))));
  }
  return found;
}

}  // namespace kwire::fuzz
