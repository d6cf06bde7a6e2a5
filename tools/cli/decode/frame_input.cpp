#include "decode/frame_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <kwire/protocol/base64.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <optional>
#include <string>

#include "session.hpp"

namespace kwire::cli {
namespace {

constexpr std::string_view blanks = " \t\r\n";

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const auto low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool separates(char c) { return blanks.find(c) != blanks.npos || c == ':' || c == ','; }

struct hex_text {
  bytes octets;
  std::optional<std::size_t> wrong;  ///< where something stands that is no hex
};

hex_text read_hex(std::string_view text) {
  hex_text found;
  std::size_t at = 0;
  while (at < text.size()) {
    if (separates(text[at])) {
      ++at;
      continue;
    }
    if (text[at] == '0' && at + 1 < text.size() && (text[at + 1] | 0x20) == 'x') {
      at += 2;
      continue;
    }
    const int high = digit_of(text[at]);
    const int low = at + 1 < text.size() ? digit_of(text[at + 1]) : -1;
    if (high < 0 || low < 0) {
      found.wrong = high < 0 ? at : at + 1;
      return found;
    }
    found.octets.push_back(static_cast<std::byte>(high * 16 + low));
    at += 2;
  }
  return found;
}

std::optional<bytes> read_base64(std::string_view text) {
  std::string joined;
  std::ranges::copy_if(text, std::back_inserter(joined),
                       [](char c) { return blanks.find(c) == blanks.npos; });
  return from_base64(joined);
}

[[noreturn]] void refuse_hex(std::string_view text, std::size_t at) {
  const auto line = 1 + std::ranges::count(text.substr(0, at), '\n');
  if (at >= text.size() || separates(text[at])) {
    throw failure{fmt::format("input line {}: half an octet; hex has two digits an octet", line)};
  }
  throw failure{fmt::format(
      "input line {}: '{}' is no hex digit; say --in base64 or --in raw for other input", line, text[at])};
}

}  // namespace

octet_form parse_octet_form(std::string_view name) {
  if (name == "auto") return octet_form::automatic;
  if (name == "hex") return octet_form::hex;
  if (name == "base64") return octet_form::base64;
  if (name == "raw") return octet_form::raw;
  throw usage_error{"--in " + std::string{name} + ": expected hex, base64, raw, pcap or auto"};
}

bytes read_octets(std::string_view text, octet_form form) {
  if (form == octet_form::hex || form == octet_form::automatic) {
    auto found = read_hex(text);
    if (!found.wrong) return std::move(found.octets);
    if (form == octet_form::hex) refuse_hex(text, *found.wrong);
  }
  if (form == octet_form::base64 || form == octet_form::automatic) {
    if (auto found = read_base64(text)) return std::move(*found);
    if (form == octet_form::base64) {
      throw failure{
          "the input is no base64 (RFC 4648 with its padding); say --in hex or --in raw for other input"};
    }
  }
  return to_bytes(as_bytes(text));
}

std::vector<bytes_view> split_frames(bytes_view octets, const std::function<bool(bytes_view)>& reads) {
  std::vector<bytes_view> frames;
  protocol::reader in{octets};
  while (in.ok() && in.remaining() > 0) {
    const auto length = in.fixed<std::int32_t>();
    if (length <= 0) in.fail(protocol::wire_errc::bad_length);
    frames.push_back(in.take(static_cast<std::size_t>(std::max(length, 0))));
  }
  if (!in.ok() || (frames.size() == 1 && !reads(frames.front()) && reads(octets))) return {octets};
  return frames;
}

std::vector<bytes> read_frames(std::string_view text, octet_form form,
                               const std::function<bool(bytes_view)>& reads) {
  const auto copies = [](const std::vector<bytes_view>& views) {
    std::vector<bytes> own;
    for (const auto view : views) own.push_back(to_bytes(view));
    return own;
  };
  const auto whole = read_octets(text, form);
  const auto together = split_frames(whole, reads);
  if (form == octet_form::raw || std::ranges::any_of(together, reads)) return copies(together);
  std::vector<bytes> apart;
  bool any = false;
  for (auto rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.find_first_not_of(blanks) == line.npos) continue;
    const auto octets = read_octets(line, form);
    for (const auto frame : split_frames(octets, reads)) {
      any = any || reads(frame);
      apart.push_back(to_bytes(frame));
    }
  }
  return any ? apart : copies(together);
}

}  // namespace kwire::cli
