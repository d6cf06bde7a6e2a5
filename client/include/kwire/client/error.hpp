#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <kwire/protocol/api.hpp>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/ids.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace kwire {

/// What the client itself reports. A broker's own errors are `broker_errc`, malformed bytes `wire_errc`.
enum class errc {
  timed_out = 1,          ///< the deadline passed; what was asked may still happen on the broker
  not_connected,          ///< no broker of the list (or the wanted one) could be reached
  connection_lost,        ///< the connection ended while an answer was due
  resolve_failed,         ///< a host name did not resolve
  not_a_kafka_broker,     ///< the port answers another protocol (HTTP, TLS, SSH ...)
  unexpected_answer,      ///< wrong correlation id, or an answer nobody asked for
  unsupported_by_broker,  ///< the broker lacks the api, or every version that could carry the request
  version_negotiation,    ///< the broker never answered ApiVersions
  wrong_cluster,          ///< the address now belongs to another cluster
  unknown_topic,          ///< the topic does not exist and is not to be created
  unknown_partition,      ///< the topic has no such partition
  queue_full,             ///< the buffer budget is used up and the call was not to wait any longer
  record_too_large,       ///< above max.request.size, before anything was sent
  batch_expired,          ///< delivery.timeout.ms passed
  purged,                 ///< dropped on request of the application or by close
  closed,                 ///< the handle was closed
  fenced,                 ///< another instance took over; this one must stop
  max_poll_exceeded,      ///< max.poll.interval.ms passed between two polls; the partitions were lost
  not_assigned,           ///< the partition does not belong to this consumer (any longer)
  no_offset,              ///< no committed offset and auto.offset.reset=none
  offset_out_of_range,    ///< the position is outside the log and auto.offset.reset=none
  corrupt_data,           ///< a record batch that fails its checksum or contradicts itself
  batch_too_large,        ///< decompresses beyond max.decompressed.bytes
  invalid_argument,       ///< misuse that needs a change in the program
  invalid_state,          ///< the call does not fit the state of the handle
  would_deadlock,         ///< a blocking call on one of the client's own threads
  write_failed,           ///< the socket refused the bytes
  interrupted,            ///< a stop was requested
  abort_required,         ///< the transaction cannot be committed; abort it and do its work again
  producer_broken,        ///< the broker refused what every transaction needs; close the producer
  forked,                 ///< the handle was made before `fork`, in a parent of this process
  cancelled,              ///< the awaiting coroutine was cancelled; what it waited for may still happen
};

}  // namespace kwire

// Before the first use of the enumeration: the comparisons below ask for it.
template <>
struct boost::system::is_error_code_enum<kwire::errc> : std::true_type {};

namespace kwire {

const boost::system::error_category& client_category() noexcept;
boost::system::error_code make_error_code(errc code) noexcept;

/// A failure and where it happened. Cheap to move, one pointer when there is no context.
class error {
 public:
  error() = default;
  error(errc code) : code_(make_error_code(code)) {}         // NOLINT(google-explicit-constructor)
  error(broker_errc code) : code_(make_error_code(code)) {}  // NOLINT(google-explicit-constructor)
  error(boost::system::error_code code) : code_(code) {}     // NOLINT(google-explicit-constructor)
  error(errc code, std::string detail) : error(code) { with_detail(std::move(detail)); }
  error(broker_errc code, std::string detail) : error(code) { with_detail(std::move(detail)); }

  const boost::system::error_code& code() const noexcept { return code_; }
  friend bool operator==(const error& e, errc code) { return e.code_ == make_error_code(code); }
  friend bool operator==(const error& e, broker_errc code) { return e.code_ == make_error_code(code); }

  /// The same call may succeed later without the application changing anything.
  bool retriable() const noexcept;
  /// The handle cannot go on; close it and make a new one.
  bool fatal() const noexcept;
  /// The running transaction must be aborted.
  bool requires_abort() const noexcept;
  /// The broker's view of leaders or coordinators has moved on.
  bool metadata_stale() const noexcept;

  // Context. Each returns *this, so that it can be added on the way up.
  error& with_detail(std::string text);
  error& in(api key);
  error& at_broker(node_id id, std::string_view address);
  error& on(std::string_view topic, std::optional<partition_id> partition = {});
  error& at_offset(std::int64_t offset);

  std::string_view detail() const noexcept;
  std::string_view topic() const noexcept;
  std::optional<partition_id> partition() const noexcept;
  std::optional<std::int64_t> offset() const noexcept;

  /// One line: what, where, why and what to do, e.g. `fetch orders-3 at offset 1042 from broker 2
  /// (10.0.0.7:9092): NOT_LEADER_OR_FOLLOWER (6): ...`.
  std::string message() const;

 private:
  struct context;
  context& extend();

  boost::system::error_code code_;
  std::shared_ptr<const context> context_;
};

/// A value or the reason why there is none.
template <class T>
using result = boost::system::result<T, error>;

[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& where);

}  // namespace kwire
