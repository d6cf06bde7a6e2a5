#pragma once

#include <kwire/protocol/messages/fetch.hpp>
#include <string>
#include <vector>

#include "peers/transaction_judge.hpp"

namespace kwire::sim {

/// What is in an answer of one partition for who reads everything or, with `committed`, what is not aborted.
struct read_result {
  std::vector<std::pair<std::int64_t, transactional_value>> records;
  std::int64_t next = 0;
  bool sound = true;
};
read_result read_fetched(const protocol::fetch_response::partition& answer, std::int64_t from,
                         bool committed);

protocol::fetch_request fetch_of(const std::string& topic, std::int32_t partition, std::int64_t offset,
                                 bool committed, std::int32_t max_wait_ms);

}  // namespace kwire::sim
