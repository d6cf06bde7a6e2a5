#pragma once

#include <chrono>
#include <cstdint>
#include <kwire/client/error.hpp>
#include <kwire/client/record.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kwire {

enum class severity : std::uint8_t { debug, info, warning, error };

/// The part of the client an event belongs to, named as librdkafka's `debug` contexts.
enum class context : std::uint8_t { broker, metadata, msg, protocol, cgrp, fetch, consumer, eos, security };

/// What happened. Add to the end: the numbers are part of the interface.
enum class event_kind : std::uint8_t {
  connecting,
  connected,
  connect_failed,
  disconnected,
  idle_closed,
  api_versions_fallback,
  rebootstrapped,
  wrong_cluster,
  throttled,
  metadata_refreshed,
  metadata_failed,
  topic_appeared,
  topic_vanished,
  producer_id_assigned,
  producer_epoch_bumped,
  idempotence_dropped,
  transaction_ending,
  transaction_retried,
  batch_retried,
  batch_failed,
  callback_threw,
  records_undelivered,
  group_joining,
  group_joined,
  group_left,
  group_rebalancing,
  partitions_assigned,
  partitions_revoked,
  partitions_lost,
  coordinator_found,
  coordinator_lost,
  heartbeat_failed,
  offsets_committed,
  commit_failed,
  position_reset,
  fetch_failed,
  fetch_session_reset,
  corrupt_data,
  poll_interval_exceeded,
  fetch_stalled_by_application,
  config_notice,
};

std::string_view to_string(severity level) noexcept;
std::string_view to_string(context where) noexcept;
std::string_view to_string(event_kind kind) noexcept;

/// A thing worth telling that is nobody's return value. Holds no payload and no secret.
struct event {
  event_kind kind{};
  severity level = severity::debug;
  kwire::context where = kwire::context::broker;
  node_id broker = no_node;
  std::string subject;  ///< broker address, topic, `topic-partition` or group
  std::optional<kwire::error> reason;
  std::string detail;

  event() = default;
  event(event_kind k, severity l, kwire::context w) : kind(k), level(l), where(w) {}
  event& at(node_id id) {
    broker = id;
    return *this;
  }
  event& about(std::string text) {
    subject = std::move(text);
    return *this;
  }
  event& because(kwire::error why) {
    reason = std::move(why);
    return *this;
  }
  event& with(std::string text) {
    detail = std::move(text);
    return *this;
  }
};

/// One line without a line end.
std::string to_string(const event& e);

/// Receives events. Called on the client's I/O thread: return quickly, never block, never throw.
class observer {
 public:
  virtual ~observer() = default;
  virtual void on_event(const event& e) = 0;
};

/// Writes events as lines to standard error from `level` up, and all events of the given debug contexts
/// (`debug=broker,fetch`, `all`); repeats of one event on one subject within a second are counted, not
/// written.
std::unique_ptr<observer> make_stderr_logger(severity level, const std::vector<std::string>& debug_contexts);

}  // namespace kwire
