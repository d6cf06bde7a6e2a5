#include <kwire/protocol/frame.hpp>
#include <kwire/protocol/header.hpp>

namespace kwire::protocol {
namespace {

wire_error in_header(wire_error why) {
  why.path.insert(0, why.path.empty() ? "header" : "header.");
  return why;
}

wire_result<frame> decode_frame(bytes_view octets, any_message header, api key, direction way,
                                std::int16_t version) {
  const auto* described = find_message(key, way);
  if (described == nullptr || !described->info->versions.contains(version)) {
    return in_header({wire_errc::unsupported_version});
  }
  frame read{std::move(header), described->make(), version};
  reader in{octets};
  if (auto done = decode_front(read.header.ref(), read.header_version(), in); !done)
    return in_header(done.error());
  read.body_at = in.offset();
  if (auto done = decode(read.body.ref(), version, octets.subspan(read.body_at)); !done) {
    auto why = done.error();
    why.offset += read.body_at;
    return why;
  }
  return read;
}

}  // namespace

std::int16_t header_version(const message_info& info, std::int16_t version) noexcept {
  const bool flexible = info.is_flexible(version);
  if (info.way == direction::response) return flexible && info.key != api::api_versions ? 1 : 0;
  if (info.key == api::controlled_shutdown && version == 0) return 0;
  return flexible ? 2 : 1;
}

wire_result<frame> decode_request_frame(bytes_view octets) {
  reader in{octets};
  const api key{in.fixed<std::int16_t>()};
  const auto version = in.fixed<std::int16_t>();
  if (!in.ok()) return in_header({in.error(), in.failed_at()});
  return decode_frame(octets, any_message::of<request_header>(), key, direction::request, version);
}

wire_result<frame> decode_response_frame(bytes_view octets, api key, std::int16_t version) {
  return decode_frame(octets, any_message::of<response_header>(), key, direction::response, version);
}

wire_result<void> encode_frame(const frame& from, writer& out) {
  if (auto done = encode(from.header.ref(), from.header_version(), out); !done)
    return in_header(done.error());
  return encode(from.body.ref(), from.version, out);
}

}  // namespace kwire::protocol
