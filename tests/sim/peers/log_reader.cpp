#include "peers/log_reader.hpp"

#include <algorithm>
#include <kwire/protocol/records/batch_reader.hpp>
#include <kwire/protocol/records/record_range.hpp>
#include <map>
#include <set>

namespace kwire::sim {
namespace {

/// The aborted transactions that reading has come to, as every consumer keeps them.
class aborted_list {
 public:
  explicit aborted_list(const protocol::fetch_response::partition& answer) {
    if (!answer.aborted_transactions) return;
    for (const auto& one : *answer.aborted_transactions) waiting_.emplace(one.first_offset, one.producer);
  }
  bool hides(const protocol::batch_view& batch) {
    while (!waiting_.empty() && waiting_.begin()->first <= batch.last_offset) {
      running_.insert(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
    }
    return batch.transactional() && running_.contains(batch.producer_id);
  }
  void ended(producer_id whose) { running_.erase(whose); }

 private:
  std::multimap<std::int64_t, producer_id> waiting_;
  std::set<producer_id> running_;
};

}  // namespace

read_result read_fetched(const protocol::fetch_response::partition& answer, std::int64_t from,
                         bool committed) {
  read_result result;
  result.next = from;
  if (!answer.records) return result;
  aborted_list aborted{answer};
  protocol::decompressor unpacker;
  bytes buffer;
  protocol::record_set set{*answer.records};
  for (const auto& batch : set) {
    const auto body = protocol::payload(batch, unpacker, 1 << 24, buffer);
    if (!body) {
      result.sound = false;
      return result;
    }
    result.next = std::max(result.next, batch.next_offset());
    const bool hidden = aborted.hides(batch) && committed;
    auto range = protocol::records(batch, *body, from);
    for (const auto& record : range) {
      if (batch.control()) {
        const auto marker = protocol::parse_control(record);
        if (marker && marker->type == protocol::control_type::abort) aborted.ended(batch.producer_id);
        continue;
      }
      if (hidden) continue;
      const auto what = read_transactional(record.value());
      if (!what) result.sound = false;
      if (what) result.records.emplace_back(record.offset(), *what);
    }
  }
  return result;
}

protocol::fetch_request fetch_of(const std::string& topic, std::int32_t partition, std::int64_t offset,
                                 bool committed, std::int32_t max_wait_ms) {
  protocol::fetch_request request;
  request.max_wait_ms = max_wait_ms;
  request.min_bytes = 1;
  request.max_bytes = 1 << 20;
  request.isolation_level = committed ? 1 : 0;
  auto& from = request.topics.emplace_back();
  from.name = topic;
  auto& wanted = from.partitions.emplace_back();
  wanted.index = partition_id{partition};
  wanted.fetch_offset = offset;
  wanted.partition_max_bytes = 4000;
  return request;
}

}  // namespace kwire::sim
