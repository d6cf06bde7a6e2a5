#pragma once

#include <kwire/protocol/header.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <optional>

#include "core/backoff.hpp"
#include "mutants.hpp"

namespace kwire::sim {

/// What a frame is, without its body.
struct frame_head {
  api key{};
  std::int16_t version = 0;
  std::int32_t correlation = 0;
};
frame_head head_of(bytes_view request);

/// Decodes a request, lets `change` alter it and encodes it again into `frame`.
template <class M, class Change>
void rewrite_request(bytes& frame, Change change) {
  protocol::reader in{frame};
  const auto head = protocol::decode_request_header(in);
  if (!head) return;
  if (M::info.is_flexible(head->version)) protocol::skip_header_tags(in);
  M message;
  if (!protocol::decode(message, head->version, bytes_view{frame}.subspan(in.offset()))) return;
  std::vector<bytes> kept;  // what `change` puts into views
  change(message, kept);
  protocol::writer out;
  protocol::encode_header(*head, M::info, out);
  if (protocol::encode(message, head->version, out)) frame = std::move(out.buffer());
}

/// The same for an answer, length prefix included.
template <class M, class Change>
void rewrite_answer(bytes& frame, std::int16_t version, Change change) {
  protocol::reader in{bytes_view{frame}.subspan(4)};
  const auto correlation = protocol::decode_response_header(in, M::info, version);
  M message;
  if (!correlation || !protocol::decode(message, version, bytes_view{frame}.subspan(4 + in.offset()))) return;
  change(message);
  protocol::writer out;
  out.fixed(std::int32_t{0});
  protocol::encode_response_header(*correlation, M::info, version, out);
  if (!protocol::encode(message, version, out)) return;
  out.patch32(0, static_cast<std::int32_t>(out.total() - 4));
  frame = std::move(out.buffer());
}

/// The mistakes that are made on the wire.
class tamper {
 public:
  tamper(mutant wrong, std::uint64_t seed) : wrong_(wrong), random_(seed) {}

  /// A request as the client meant it becomes what a wrong client would have sent; a second one that is to be
  /// served as well comes back.
  std::optional<bytes> request(const frame_head& head, bytes& frame);
  /// An answer becomes what a wrong client would have made of it.
  void answer(const frame_head& head, bytes& frame);
  /// Whether the brokers lie about this ProduceRequest: the answer they give without appending.
  std::optional<bytes> lie(const frame_head& head, const bytes& frame);

 private:
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
  std::optional<bytes> produce(bytes& frame);
  void group(const frame_head& head, bytes& frame);

  mutant wrong_;
  core::random_source random_;
  generation_id first_generation_ = no_generation;
};

}  // namespace kwire::sim
