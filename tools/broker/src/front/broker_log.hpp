#pragma once

#include <kwire/broker/broker_log.hpp>

#include "core/types.hpp"

namespace kwire {

struct broker_log::content {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::size_t records = 0;
  std::size_t batches = 0;
  std::vector<embedded::shared_slice> slices;
};

}  // namespace kwire
