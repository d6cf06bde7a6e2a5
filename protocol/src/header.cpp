#include <algorithm>
#include <kwire/protocol/header.hpp>

namespace kwire::protocol {
namespace {

/// The only request whose first header version is 0.
bool lacks_client_id(api key, std::int16_t version) {
  return key == api::controlled_shutdown && version == 0;
}

}  // namespace

void request_header::describe(visitor& v) {
  v("request_api_key", key);
  v("request_api_version", version);
  v("correlation_id", correlation);
  v("client_id", client_id, since(1).null(1).classic());
}

void response_header::describe(visitor& v) { v("correlation_id", correlation); }

void encode_header(const request_header& header, const message_info& info, writer& out) {
  out.fixed(raw(header.key));
  out.fixed(header.version);
  out.fixed(raw(header.correlation));
  if (lacks_client_id(header.key, header.version)) return;
  if (header.client_id) {
    const auto text =
        as_bytes(*header.client_id).first(std::min<std::size_t>(header.client_id->size(), 0x7fff));
    out.fixed(static_cast<std::int16_t>(text.size()));
    out.raw(text);
  } else {
    out.fixed(std::int16_t{-1});
  }
  if (info.is_flexible(header.version)) out.uvarint(0);
}

wire_result<request_header> decode_request_header(reader& in) {
  request_header header;
  header.key = static_cast<api>(in.fixed<std::int16_t>());
  header.version = in.fixed<std::int16_t>();
  header.correlation = correlation_id{in.fixed<std::int32_t>()};
  const bool nameless = lacks_client_id(header.key, header.version);
  const auto length = nameless ? std::int16_t{-1} : in.fixed<std::int16_t>();
  if (length < -1) in.fail(wire_errc::bad_length);
  header.client_id.reset();
  if (length >= 0) header.client_id = std::string{as_text(in.take(static_cast<std::size_t>(length)))};
  if (!in.ok()) return wire_error{in.error(), in.failed_at(), "request header"};
  return header;
}

void encode_response_header(correlation_id correlation, const message_info& info, std::int16_t version,
                            writer& out) {
  out.fixed(raw(correlation));
  if (info.is_flexible(version) && info.key != api::api_versions) out.uvarint(0);
}

wire_result<correlation_id> decode_response_header(reader& in, const message_info& info,
                                                   std::int16_t version) {
  const correlation_id correlation{in.fixed<std::int32_t>()};
  if (info.is_flexible(version) && info.key != api::api_versions) skip_header_tags(in);
  if (!in.ok()) return wire_error{in.error(), in.failed_at(), "response header"};
  return correlation;
}

void skip_header_tags(reader& in) noexcept {
  const auto count = in.uvarint();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    in.uvarint();
    in.skip(in.uvarint());
  }
}

}  // namespace kwire::protocol
