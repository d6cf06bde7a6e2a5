#pragma once

#include <doctest/doctest.h>

#include <kwire/protocol/header.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <memory>
#include <utility>

#include "core/connection/connection.hpp"

namespace kwire::test {

/// What a peer reads off a frame without its length prefix.
struct read_request {
  protocol::request_header header;
  bytes body;
};

inline read_request read_frame(bytes_view frame) {
  protocol::reader in{frame};
  auto header = protocol::decode_request_header(in);
  REQUIRE(header.has_value());
  return {*header, to_bytes(in.rest())};
}

/// All octets of a frame that is to be written, without the length prefix, which is checked.
inline bytes joined(const core::outgoing_frame& frame) {
  bytes out;
  std::size_t done = 0;
  for (const auto& slice : frame.slices) {
    out.insert(out.end(), frame.head.begin() + static_cast<std::ptrdiff_t>(done),
               frame.head.begin() + static_cast<std::ptrdiff_t>(slice.at));
    out.insert(out.end(), slice.content.begin(), slice.content.end());
    done = slice.at;
  }
  out.insert(out.end(), frame.head.begin() + static_cast<std::ptrdiff_t>(done), frame.head.end());
  REQUIRE(out.size() == frame.size());
  REQUIRE(protocol::reader{out}.fixed<std::int32_t>() == static_cast<std::int32_t>(out.size() - 4));
  return {out.begin() + 4, out.end()};
}

/// A frame that answers with `message`.
template <class M>
core::frame answer_frame(const M& message, std::int16_t version, correlation_id correlation) {
  protocol::writer out;
  protocol::encode_response_header(correlation, M::info, version, out);
  REQUIRE(protocol::encode(message, version, out).has_value());
  auto keep = std::make_shared<bytes>(std::move(out.buffer()));
  return {keep, *keep};
}

/// What a broker that knows these versions says to ApiVersions.
inline protocol::api_versions_response versions_answer(
    std::initializer_list<std::pair<api, version_range>> ranges) {
  protocol::api_versions_response message;
  for (const auto& [key, range] : ranges) {
    auto& entry = message.api_keys.emplace_back();
    entry.api_key = key;
    entry.min_version = range.min;
    entry.max_version = range.max;
  }
  return message;
}

inline protocol::api_versions_response usual_versions() {
  return versions_answer({{api::api_versions, {0, 5}},
                          {api::metadata, {0, 13}},
                          {api::produce, {3, 13}},
                          {api::find_coordinator, {0, 6}},
                          {api::heartbeat, {0, 4}}});
}

}  // namespace kwire::test
