#include "core/connection/link.hpp"

#include <kwire/protocol/wire/error.hpp>

namespace kwire::core {
namespace {

constexpr std::int32_t http = 0x48545450;  // "HTTP"
constexpr std::int32_t ssh = 0x5353482d;   // "SSH-"

bool is_tls_record(std::int32_t length) {
  const auto type = length >> 24;
  const auto version = (length >> 16) & 0xff;
  return (type == 0x15 || type == 0x16) && version == 0x03;  // alert or handshake
}

}  // namespace

result<std::size_t> check_frame_length(std::int32_t length, std::size_t limit) {
  if (length == http) return error{errc::not_a_kafka_broker, "the port speaks HTTP; is it the right port?"};
  if (length == ssh) return error{errc::not_a_kafka_broker, "the port speaks SSH; is it the right port?"};
  if (is_tls_record(length)) {
    return error{errc::not_a_kafka_broker, "the port speaks TLS; use the broker's plaintext listener"};
  }
  if (length < 4) {
    return error{errc::not_a_kafka_broker, "frame length " + std::to_string(length) + " is impossible"};
  }
  if (static_cast<std::size_t>(length) > limit) {
    error e{make_error_code(protocol::wire_errc::frame_too_large)};
    return e.with_detail("a frame of " + std::to_string(length) +
                         " octets is above receive.message.max.bytes=" + std::to_string(limit));
  }
  return static_cast<std::size_t>(length);
}

}  // namespace kwire::core
