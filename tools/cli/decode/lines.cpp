#include "decode/lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "text.hpp"

namespace kwire::cli {
namespace {

constexpr std::size_t row = 16;
constexpr std::size_t gutter = 8;

/// Octets of the UTF-8 character in front; 0 when there is none.
std::size_t character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7f ? 1 : lead == '\t' || lead == '\n' || lead == '\r';
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || lead > 0xf4 || text.size() < length) return 0;
  const auto follows = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  return std::ranges::all_of(text.substr(1, length - 1), follows) ? length : 0;
}

/// A cut must not fall into a character.
bytes_view cut(bytes_view octets, std::size_t most) {
  if (octets.size() <= most) return octets;
  while (most > 0 && (std::to_integer<unsigned>(octets[most]) & 0xc0) == 0x80) --most;
  return octets.first(most);
}

}  // namespace

void lines::end() {
  *into_ += '\n';
  if (to_ != nullptr) to_->relieve();
}

void lines::at(std::size_t offset, unsigned depth, std::string_view text) {
  fmt::format_to(std::back_inserter(*into_), "{:>{}}{:{}}{}", offset, gutter, "", 2 + 2 * depth, text);
  end();
}

void lines::plain(unsigned depth, std::string_view text) {
  into_->append(gutter + 2 + 2 * depth, ' ').append(text);
  end();
}

void lines::dump(bytes_view frame, std::size_t offset) {
  offset = std::min(offset, frame.size());
  const auto middle = offset / row * row;
  const auto from = middle - std::min(middle, 2 * row);
  for (auto at = from; at < std::min(frame.size() + (offset == frame.size()), middle + 3 * row); at += row) {
    std::string codes, letters;
    for (auto i = at; i < at + row; ++i) {
      const bool here = i == offset;
      if (i >= frame.size()) {
        codes += here ? ">.." : "   ";
        continue;
      }
      const auto octet = std::to_integer<unsigned>(frame[i]);
      codes += fmt::format("{}{:02x}", here ? '>' : ' ', octet);
      letters += octet >= 0x20 && octet < 0x7f ? static_cast<char>(octet) : '.';
    }
    this->at(at, 0, codes + "  " + letters);
  }
}

bool is_readable(bytes_view octets) {
  auto text = as_text(octets);
  while (!text.empty()) {
    const auto length = character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string show_octets(bytes_view octets, std::size_t most) {
  const auto shown = cut(octets, most);
  std::string text;
  if (is_readable(shown)) {
    append_json(text, as_text(shown));
  } else {
    text = "0x" + hex(octets.first(std::min(octets.size(), most)));
  }
  if (octets.size() > most) text += fmt::format("... ({} octets)", octets.size());
  return text;
}

std::string show_time(std::int64_t milliseconds) {
  using namespace std::chrono;
  constexpr std::int64_t end_of_9999 = 253402300799999;
  if (milliseconds < 0 || milliseconds > end_of_9999) return std::to_string(milliseconds);
  const auto days = milliseconds / 86'400'000;
  const auto rest = milliseconds % 86'400'000;
  const year_month_day date{sys_days{std::chrono::days{days}}};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3'600'000,
                     rest / 60'000 % 60, rest / 1000 % 60, rest % 1000);
}

}  // namespace kwire::cli
