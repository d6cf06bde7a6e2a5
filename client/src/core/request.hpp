#pragma once

#include <cstdint>
#include <kwire/client/error.hpp>
#include <kwire/client/metrics.hpp>
#include <kwire/client/observer.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/cluster/leader_news.hpp"
#include "core/frame.hpp"

namespace kwire::core {

/// Kinds of traffic that never share a connection: a broker answers a connection strictly in order, so a
/// long poll or a rebalance would hold up everything behind it.
enum class traffic : std::uint8_t { general, produce, fetch, group };

enum class coordinator_type : std::int8_t { group = 0, transaction = 1 };

/// Whom a request is for.
struct destination {
  enum class target : std::uint8_t { any, controller, node, coordinator };

  target kind = target::any;
  node_id node = no_node;
  coordinator_type coordinator = coordinator_type::group;
  std::string key;  ///< group id or transactional id

  static destination any() { return {}; }
  static destination controller() { return {target::controller, no_node, {}, {}}; }
  static destination broker(node_id id) { return {target::node, id, {}, {}}; }
  static destination group(std::string id) {
    return {target::coordinator, no_node, coordinator_type::group, std::move(id)};
  }
  static destination transaction(std::string id) {
    return {target::coordinator, no_node, coordinator_type::transaction, std::move(id)};
  }
};

/// The body of a request, encoded only when the version negotiated with the broker is known.
class request_body {
 public:
  virtual ~request_body() = default;
  virtual const protocol::message_info& info() const = 0;
  /// Appends the body. An error means that this version cannot carry the request: it is not sent.
  virtual result<void> encode(std::int16_t version, protocol::writer& out) = 0;
};

/// Encodes and turns a wire error into one that names message and field.
result<void> encode_message(protocol::message_ref message, std::int16_t version, protocol::writer& out);

/// A described message as it stands.
template <class M>
class message_body final : public request_body {
 public:
  explicit message_body(M message) : message_(std::move(message)) {}
  const protocol::message_info& info() const override { return M::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    return encode_message(protocol::ref(message_), version, out);
  }

 private:
  M message_;
};

/// An answer, or why there is none.
struct response {
  std::int16_t version = 0;
  frame body;  ///< behind the response header
  std::optional<error> failure;
  bool maybe_sent = false;  ///< with a failure: the broker may have acted on the request
  node_id from = no_node;
  time_point sent{};  ///< when the request was handed to the socket
  /// The feature transaction.version as that broker said it is finalised; -1 when it did not say.
  std::int16_t transaction_version = -1;
};

class reactor;

/// A request and where its answer goes. Exactly one answer comes back for each, also after a failure.
struct request {
  std::shared_ptr<request_body> body;  ///< shared with the socket until it is written
  destination to;
  traffic kind = traffic::general;
  std::uint32_t owner = 0;          ///< with fetch and group traffic: whose connection
  version_range usable{0, 0x7fff};  ///< what the sender can live with, on top of what both sides know
  std::optional<std::int16_t> forced_version;  ///< sent at that one, whatever the broker offers
  time_point deadline = never;                 ///< for everything, connecting included
  bool expects_answer = true;  ///< false: acks=0, answered as soon as the bytes are handed over
  reactor* origin = nullptr;
  std::uint64_t token = 0;  ///< meaning of its own to the origin
};

template <class M>
request make_request(M message, destination to, time_point deadline, std::uint64_t token) {
  request out;
  out.body = std::make_shared<message_body<M>>(std::move(message));
  out.to = std::move(to);
  out.deadline = deadline;
  out.token = token;
  return out;
}

/// Decodes a response body into `message`, or says where the answer is malformed.
result<void> decode_message(protocol::message_ref message, const response& answer);

template <class M>
result<void> read_response(M& message, const response& answer) {
  if (answer.failure) return *answer.failure;
  return decode_message(protocol::ref(message), answer);
}

/// Topics whose metadata a reactor wants kept up to date.
struct topic_interest {
  std::vector<std::string> names;
  bool all = false;             ///< every topic of the cluster (regular expressions)
  bool create_missing = false;  ///< the broker may create them (allow.auto.create.topics)
};

/// What a reactor wants done: filled during `handle` and emptied by whoever drives it.
struct outbox {
  std::vector<request> requests;
  std::vector<event> events;
  std::optional<topic_interest> interest;                  ///< replaces what the reactor wanted before
  bool refresh_metadata = false;                           ///< leaders are not where they were thought
  leader_news leaders;                                     ///< but there, as a broker said
  std::vector<std::string> lost_coordinators;              ///< groups whose coordinator has moved
  std::vector<std::string> lost_transaction_coordinators;  ///< transactional ids likewise
  std::vector<std::pair<node_id, time_point>> throttled;   ///< do not send to this node before (KIP-219)
};

/// A long-lived state machine of a client: producer, consumer, admin call. All methods are called from one
/// thread at a time, never re-entered.
class reactor {
 public:
  virtual ~reactor() = default;
  /// The answer to one of its requests.
  virtual void handle(std::uint64_t token, response answer, time_point now) = 0;
  /// Leaders, topics or brokers have changed.
  virtual void metadata_changed(const std::shared_ptr<const metadata_snapshot>& snapshot, time_point now) = 0;
  /// Called at or after `next_deadline`, and after anything else that may have changed its state.
  virtual void advance(time_point now) = 0;
  virtual time_point next_deadline() const = 0;
  /// Adds its numbers to the client's.
  virtual void metrics(metrics_snapshot&) const {}

  outbox& out() noexcept { return out_; }

 protected:
  outbox out_;
};

}  // namespace kwire::core
