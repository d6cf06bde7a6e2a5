#include "front/broker_log.hpp"

#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <stdexcept>

#include "core/record_intake.hpp"

namespace kwire {
namespace {

std::optional<std::string> text(std::optional<bytes_view> octets) {
  if (!octets) return std::nullopt;
  return std::string{as_text(*octets)};
}

void copy_records(bytes_view batches, std::int64_t from, std::vector<broker_record>& into) {
  protocol::decompressor unpacker;
  bytes buffer;
  protocol::record_set set{batches};
  for (const auto& batch : set) {
    const auto plain = protocol::payload(batch, unpacker, embedded::decompressed_cap, buffer);
    if (!plain) throw std::runtime_error{plain.error().message()};
    auto range = protocol::records(batch, *plain, from);
    for (const auto& record : range) {
      auto& copy = into.emplace_back();
      copy.offset = record.offset();
      copy.timestamp_ms = record.timestamp_ms();
      copy.key = text(record.key());
      copy.value = text(record.value());
      for (const auto& header : record.headers()) copy.headers.emplace_back(header.key, text(header.value));
    }
    if (range.error()) throw std::runtime_error{range.error_info().message()};
  }
}

}  // namespace

std::size_t broker_log::size() const noexcept { return content_->records; }
std::int64_t broker_log::start_offset() const noexcept { return content_->start; }
std::int64_t broker_log::end_offset() const noexcept { return content_->end; }
std::size_t broker_log::batches() const noexcept { return content_->batches; }

std::vector<broker_record> broker_log::records() const {
  std::vector<broker_record> all;
  for (const auto& slice : content_->slices) copy_records(slice.content, content_->start, all);
  return all;
}

}  // namespace kwire
