#pragma once

#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/records/compression.hpp>
#include <memory>
#include <vector>

#include "core/producer/accumulator.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// A ProduceRequest over sealed batches. Keeps their memory alive until the socket has let go of it, and
/// turns them into message sets for brokers before 0.11.
class produce_body final : public request_body {
 public:
  /// `transactional_id` is empty for batches that are not part of a transaction.
  produce_body(std::int16_t acks, std::int32_t timeout_ms, protocol::compression how,
               std::string transactional_id = {})
      : acks_(acks), timeout_ms_(timeout_ms), how_(how), transactional_id_(std::move(transactional_id)) {}

  /// `sealed` must be finished; the topic's id may be zero.
  void add(const batch& sealed);
  /// All topics have ids, so that versions which know no names can be used.
  bool has_ids() const noexcept { return has_ids_; }

  const protocol::message_info& info() const override { return protocol::produce_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override;

 private:
  struct entry {
    std::string name;
    uuid id;
    partition_id partition;
    bytes_view content;
    std::shared_ptr<const batch_memory> memory;
  };
  result<bytes_view> content_for(std::int16_t version, const entry& from);

  std::int16_t acks_;
  std::int32_t timeout_ms_;
  protocol::compression how_;
  std::string transactional_id_;
  bool has_ids_ = true;
  std::vector<entry> entries_;
  std::vector<std::unique_ptr<bytes>> converted_;
};

}  // namespace kwire::core
