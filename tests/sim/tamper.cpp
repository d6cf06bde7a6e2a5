#include "tamper.hpp"

#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/records/batch_view.hpp>
#include <kwire/protocol/records/crc32c.hpp>
#include <utility>

namespace kwire::sim {
namespace {

namespace at = protocol::batch_at;

template <class T>
void store(bytes& into, std::size_t where, T value) {
  using plain = std::make_unsigned_t<T>;
  auto rest = static_cast<plain>(value);
  for (std::size_t i = sizeof(T); i-- > 0; rest = static_cast<plain>(rest >> 8 * (sizeof(T) > 1))) {
    into[where + i] = static_cast<std::byte>(rest & 0xff);
  }
}

void seal(bytes& batch) {
  store(batch, at::crc, protocol::crc32c(bytes_view{batch}.subspan(at::attributes)));
}

/// The batch as a producer without idempotence writes it.
void forget_identity(bytes& batch) {
  store(batch, at::producer_id, std::int64_t{-1});
  store(batch, at::producer_epoch, std::int16_t{-1});
  store(batch, at::base_sequence, std::int32_t{-1});
  seal(batch);
}

/// Another record's octets where the first one's were.
void overwrite_first_record(bytes& batch) {
  for (std::size_t i = protocol::batch_header_size; i + 9 < batch.size(); ++i) {
    if (batch[i] != std::byte{':'}) continue;
    auto& digit = batch[i + 8];
    digit = digit == std::byte{'9'} ? std::byte{'0'} : std::byte(std::to_integer<int>(digit) + 1);
    return seal(batch);
  }
}

}  // namespace

frame_head head_of(bytes_view request) {
  if (request.size() < 8) return {};
  return {api{protocol::reader::load<std::int16_t>(request.data())},
          protocol::reader::load<std::int16_t>(request.data() + 2),
          protocol::reader::load<std::int32_t>(request.data() + 4)};
}

std::optional<bytes> tamper::request(const frame_head& head, bytes& frame) {
  if (head.key == api::produce) return produce(frame);
  if (head.key == api::fetch && wrong_ == mutant::fetch_too_far && chance(5)) {
    rewrite_request<protocol::fetch_request>(frame, [](auto& message, auto&) {
      for (auto& topic : message.topics) {
        for (auto& part : topic.partitions) ++part.fetch_offset;
      }
    });
  }
  if (head.key == api::fetch && wrong_ == mutant::forget_fetch_partition) {
    rewrite_request<protocol::fetch_request>(frame, [](auto& message, auto&) {
      for (auto& topic : message.topics) {
        std::erase_if(topic.partitions, [](const auto& part) { return raw(part.index) == 0; });
      }
    });
  }
  group(head, frame);
  return std::nullopt;
}

void tamper::group(const frame_head& head, bytes& frame) {
  const auto old = [this](generation_id& generation) {
    if (first_generation_ == no_generation) first_generation_ = generation;
    generation = first_generation_;
  };
  if (wrong_ == mutant::rejoin_with_old_generation && head.key == api::heartbeat) {
    rewrite_request<protocol::heartbeat_request>(frame,
                                                 [&](auto& message, auto&) { old(message.generation); });
  }
  if (wrong_ == mutant::commit_of_old_generation && head.key == api::offset_commit) {
    rewrite_request<protocol::offset_commit_request>(
        frame, [&](auto& message, auto&) { old(message.generation_id_or_member_epoch); });
  }
}

std::optional<bytes> tamper::produce(bytes& frame) {
  std::optional<bytes> again;
  const auto each_batch = [&](auto change) {
    rewrite_request<protocol::produce_request>(frame, [&](auto& message, std::vector<bytes>& kept) {
      kept.reserve(64);
      for (auto& topic : message.topic_data) {
        for (auto& part : topic.partition_data) {
          if (!part.records || part.records->size() < protocol::batch_header_size) continue;
          change(kept.emplace_back(to_bytes(*part.records)));
          part.records = kept.back();
        }
      }
    });
  };
  switch (wrong_) {
    case mutant::drop_sequences: each_batch(forget_identity); break;
    case mutant::append_twice:
      if (!chance(10)) break;
      each_batch(forget_identity);
      again = frame;
      break;
    case mutant::reuse_buffer_in_flight:
      if (chance(10)) each_batch(overwrite_first_record);
      break;
    case mutant::swap_partitions:
      rewrite_request<protocol::produce_request>(frame, [](auto& message, auto&) {
        auto& parts = message.topic_data.front().partition_data;
        if (parts.size() > 1) std::swap(parts[0].index, parts[1].index);
      });
      break;
    default: break;
  }
  return again;
}

void tamper::answer(const frame_head& head, bytes& frame) {
  const auto forgive = [](auto& message) { message.error_code = 0; };
  if (head.key == api::heartbeat && wrong_ == mutant::hide_rebalance) {
    rewrite_answer<protocol::heartbeat_response>(frame, head.version, forgive);
  }
  if (head.key == api::offset_commit && wrong_ == mutant::commit_refused_as_success) {
    rewrite_answer<protocol::offset_commit_response>(frame, head.version, [](auto& message) {
      for (auto& topic : message.topics) {
        for (auto& part : topic.partitions) part.error_code = 0;
      }
    });
  }
  if (head.key != api::produce) return;
  const bool chosen = chance(10);
  rewrite_answer<protocol::produce_response>(frame, head.version, [&](auto& message) {
    for (auto& topic : message.responses) {
      auto& parts = topic.partition_responses;
      if (wrong_ == mutant::answer_of_other_partition && parts.size() > 1) {
        std::swap(parts[0].base_offset, parts[1].base_offset);
      }
      for (auto& part : parts) {
        if (wrong_ == mutant::refusal_as_success && part.error_code != 0)
          part.error_code = 0, part.base_offset = 0;
        if (wrong_ == mutant::wrong_base_offset && chosen && part.base_offset >= 0) ++part.base_offset;
      }
    }
  });
}

std::optional<bytes> tamper::lie(const frame_head& head, const bytes& frame) {
  if (wrong_ != mutant::acknowledge_without_append || head.key != api::produce || !chance(20)) {
    return std::nullopt;
  }
  protocol::produce_response answer;
  auto copy = frame;
  rewrite_request<protocol::produce_request>(copy, [&](auto& message, auto&) {
    for (const auto& topic : message.topic_data) {
      auto& told = answer.responses.emplace_back();
      told.name = topic.name;
      told.topic_id = topic.topic_id;
      for (const auto& part : topic.partition_data)
        told.partition_responses.emplace_back().index = part.index;
    }
  });
  protocol::writer out;
  out.fixed(std::int32_t{0});
  protocol::encode_response_header(correlation_id{head.correlation}, protocol::produce_response::info,
                                   head.version, out);
  if (!protocol::encode(answer, head.version, out)) return std::nullopt;
  out.patch32(0, static_cast<std::int32_t>(out.total() - 4));
  return std::move(out.buffer());
}

}  // namespace kwire::sim
