#include "core/producer/produce_body.hpp"

#include <kwire/protocol/records/message_set.hpp>

namespace kwire::core {
namespace {

constexpr std::int16_t first_with_batches = 3;               // record batches v2
constexpr std::int16_t first_with_zstd = 7;                  // KIP-110
constexpr std::int16_t first_with_times = 2;                 // magic 1
constexpr std::size_t largest_batch = std::size_t{1} << 30;  // our own: no need to distrust it

}  // namespace

void produce_body::add(const batch& sealed) {
  const auto& topic = *sealed.slot->topic;
  has_ids_ = has_ids_ && !topic.id.is_zero();
  entries_.push_back({topic.name, topic.id, sealed.slot->id, sealed.sealed, sealed.memory});
}

result<void> produce_body::encode(std::int16_t version, protocol::writer& out) {
  if (how_.type == protocol::codec::zstd && version < first_with_zstd) {
    return error{errc::unsupported_by_broker,
                 "compression.type=zstd needs Kafka 2.1; choose lz4, snappy, gzip or none"};
  }
  protocol::produce_request message;
  message.acks = acks_;
  message.timeout_ms = timeout_ms_;
  if (!transactional_id_.empty()) message.transactional_id = transactional_id_;
  for (const auto& from : entries_) {
    auto content = content_for(version, from);
    if (!content) return content.error();
    if (message.topic_data.empty() || message.topic_data.back().name != from.name) {
      auto& topic = message.topic_data.emplace_back();
      topic.name = from.name;
      topic.topic_id = from.id;
    }
    auto& partition = message.topic_data.back().partition_data.emplace_back();
    partition.index = from.partition;
    partition.records = *content;
  }
  return encode_message(protocol::ref(message), version, out);
}

result<bytes_view> produce_body::content_for(std::int16_t version, const entry& from) {
  if (version >= first_with_batches) return from.content;
  const std::int8_t magic = version >= first_with_times ? 1 : 0;
  auto& converted = *converted_.emplace_back(std::make_unique<bytes>());
  protocol::compressor compressor;
  protocol::decompressor decompressor;
  const auto done =
      protocol::down_convert(from.content, magic, how_, compressor, decompressor, largest_batch, converted);
  if (done) return bytes_view{converted};
  error why{errc::unsupported_by_broker,
            "the broker takes the old record format only, which cannot carry "
            "this batch (headers and idempotence need Kafka 0.11): " +
                done.error().message()};
  return why.on(from.name, from.partition);
}

}  // namespace kwire::core
