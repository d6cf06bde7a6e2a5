#include "core/request.hpp"

#include <kwire/protocol/wire/message.hpp>

namespace kwire::core {

result<void> encode_message(protocol::message_ref message, std::int16_t version, protocol::writer& out) {
  const auto done = protocol::encode(message, version, out);
  if (done) return {};
  error why{make_error_code(done.error().code)};
  why.with_detail(std::string{message.info->name} + " " + std::to_string(version) + ": " +
                  done.error().message());
  return why.in(message.info->key);
}

result<void> decode_message(protocol::message_ref message, const response& answer) {
  const auto done = protocol::decode(message, answer.version, answer.body.content());
  if (done) return {};
  error why{make_error_code(done.error().code)};
  why.with_detail("malformed " + std::string{message.info->name} + " " + std::to_string(answer.version) +
                  ": " + done.error().message());
  return why.in(message.info->key);
}

}  // namespace kwire::core
