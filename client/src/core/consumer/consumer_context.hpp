#pragma once

#include <memory>
#include <string>

#include "core/backoff.hpp"
#include "core/cluster/metadata_snapshot.hpp"
#include "core/config/client_settings.hpp"
#include "core/config/consumer_settings.hpp"
#include "core/consumer/call_book.hpp"
#include "core/consumer/consumer_sink.hpp"
#include "core/request.hpp"

namespace kwire::core {

/// What all parts of one consumer share.
struct consumer_context {
  const client_settings& client;
  const consumer_settings& settings;
  consumer_sink& sink;
  outbox& out;
  call_book calls;
  random_source random;
  std::uint32_t owner;  ///< whose connections fetch and group requests use
  std::shared_ptr<const metadata_snapshot> metadata = std::make_shared<metadata_snapshot>();

  consumer_context(const client_settings& c, const consumer_settings& s, consumer_sink& to, outbox& box,
                   std::uint64_t seed, std::uint32_t own)
      : client(c), settings(s), sink(to), out(box), calls(box), random(seed), owner(own) {}

  backoff make_pause() const { return {client.retry_backoff, client.retry_backoff_max}; }

  event& tell(event_kind kind, severity level, kwire::context part) {
    return out.events.emplace_back(kind, level, part);
  }
};

}  // namespace kwire::core
