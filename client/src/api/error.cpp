#include <boost/assert/source_location.hpp>
#include <boost/system/system_error.hpp>
#include <kwire/client/error.hpp>
#include <kwire/protocol/wire/error.hpp>

namespace kwire {
namespace {

struct row {
  std::string_view name;
  std::string_view meaning;
  bool retriable;
  bool fatal;
};

row row_of(errc code) noexcept {
  switch (code) {
    case errc::timed_out: return {"TIMED_OUT", "the deadline passed", true, false};
    case errc::not_connected: return {"NOT_CONNECTED", "no broker could be reached", true, false};
    case errc::connection_lost: return {"CONNECTION_LOST", "the connection ended", true, false};
    case errc::resolve_failed: return {"RESOLVE_FAILED", "the host name does not resolve", true, false};
    case errc::not_a_kafka_broker:
      return {"NOT_A_KAFKA_BROKER", "the peer does not speak Kafka", false, false};
    case errc::unexpected_answer:
      return {"UNEXPECTED_ANSWER", "the peer broke the order of answers", true, false};
    case errc::unsupported_by_broker:
      return {"UNSUPPORTED_BY_BROKER", "the broker is too old (or too new) for this", false, false};
    case errc::version_negotiation:
      return {"VERSION_NEGOTIATION", "no version could be agreed on", false, false};
    case errc::wrong_cluster:
      return {"WRONG_CLUSTER", "the address belongs to another cluster now", false, true};
    case errc::unknown_topic:
      return {"UNKNOWN_TOPIC", "the topic does not exist; create it first", false, false};
    case errc::unknown_partition:
      return {"UNKNOWN_PARTITION", "the topic has no such partition", false, false};
    case errc::queue_full:
      return {"QUEUE_FULL", "buffer.memory is used up; wait for deliveries and try again", true, false};
    case errc::record_too_large: return {"RECORD_TOO_LARGE", "above max.request.size", false, false};
    case errc::batch_expired: return {"BATCH_EXPIRED", "delivery.timeout.ms passed", true, false};
    case errc::purged: return {"PURGED", "dropped before delivery", false, false};
    case errc::closed: return {"CLOSED", "the handle was closed", false, true};
    case errc::fenced: return {"FENCED", "another instance has taken over; stop this one", false, true};
    case errc::max_poll_exceeded:
      return {"MAX_POLL_EXCEEDED", "max.poll.interval.ms passed between polls; the partitions went to others",
              false, false};
    case errc::not_assigned:
      return {"NOT_ASSIGNED", "the partition is not assigned to this consumer", false, false};
    case errc::no_offset:
      return {"NO_OFFSET", "no committed offset and auto.offset.reset=none; seek or commit first", false,
              false};
    case errc::offset_out_of_range:
      return {"OFFSET_OUT_OF_RANGE", "the position is outside the log and auto.offset.reset=none; seek",
              false, false};
    case errc::corrupt_data:
      return {"CORRUPT_DATA", "a record batch fails its check; seek behind it to go on", false, false};
    case errc::batch_too_large:
      return {"BATCH_TOO_LARGE", "decompresses above the limit; raise it or seek behind the batch", false,
              false};
    case errc::invalid_argument: return {"INVALID_ARGUMENT", "the call is wrong", false, false};
    case errc::invalid_state:
      return {"INVALID_STATE", "the call does not fit the state of the handle", false, false};
    case errc::would_deadlock:
      return {"WOULD_DEADLOCK", "a blocking call on the client's own thread", false, false};
    case errc::write_failed: return {"WRITE_FAILED", "the socket refused the bytes", true, false};
    case errc::abort_required:
      return {"ABORT_REQUIRED", "the transaction cannot be committed; abort it and do its work again", false,
              false};
    case errc::producer_broken:
      return {"PRODUCER_BROKEN", "the producer cannot go on; close it and make another", false, true};
    case errc::forked: return {"FORKED", "a parent process made the handle; make a new one", false, true};
    case errc::cancelled: return {"CANCELLED", "the coroutine that waited was cancelled", false, false};
    case errc::interrupted: return {"INTERRUPTED", "a stop was requested", true, false};
  }
  return {"UNKNOWN", "unknown client error", false, false};
}

class category final : public boost::system::error_category {
  const char* name() const noexcept override { return "kwire.client"; }
  std::string message(int value) const override {
    const auto row = row_of(static_cast<errc>(value));
    return std::string{row.name} + ": " + std::string{row.meaning};
  }
};

bool is_broker(const boost::system::error_code& code) { return code.category() == broker_category(); }
bool is_client(const boost::system::error_code& code) { return code.category() == client_category(); }

}  // namespace

const boost::system::error_category& client_category() noexcept {
  static const category instance;
  return instance;
}

boost::system::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), client_category()};
}

struct error::context {
  std::optional<api> key;
  node_id broker = no_node;
  std::string address;
  std::string topic;
  std::optional<partition_id> partition;
  std::optional<std::int64_t> offset;
  std::string detail;
};

/// Contexts are shared by copies of an error, so adding to one copy must not change the others.
error::context& error::extend() {
  auto own = context_ ? std::make_shared<context>(*context_) : std::make_shared<context>();
  auto& result = *own;
  context_ = std::move(own);
  return result;
}

bool error::retriable() const noexcept {
  if (is_broker(code_)) return is_retriable(static_cast<broker_errc>(code_.value()));
  if (is_client(code_)) return row_of(static_cast<errc>(code_.value())).retriable;
  return false;
}

bool error::fatal() const noexcept {
  if (is_client(code_)) return row_of(static_cast<errc>(code_.value())).fatal;
  if (!is_broker(code_)) return false;
  switch (static_cast<broker_errc>(code_.value())) {
    case broker_errc::producer_fenced:
    case broker_errc::fenced_instance_id:
    case broker_errc::invalid_transaction_timeout:
    case broker_errc::cluster_authorization_failed:
    case broker_errc::transactional_id_authorization_failed: return true;
    default: return false;
  }
}

bool error::requires_abort() const noexcept {
  return *this == errc::abort_required || *this == broker_errc::transaction_abortable;
}

bool error::metadata_stale() const noexcept {
  return is_broker(code_) && needs_metadata_refresh(static_cast<broker_errc>(code_.value()));
}

error& error::with_detail(std::string text) {
  extend().detail = std::move(text);
  return *this;
}

error& error::in(api key) {
  extend().key = key;
  return *this;
}

error& error::at_broker(node_id id, std::string_view address) {
  auto& c = extend();
  c.broker = id;
  c.address = address;
  return *this;
}

error& error::on(std::string_view topic, std::optional<partition_id> partition) {
  auto& c = extend();
  c.topic = topic;
  c.partition = partition;
  return *this;
}

error& error::at_offset(std::int64_t offset) {
  extend().offset = offset;
  return *this;
}

std::string_view error::detail() const noexcept { return context_ ? context_->detail : std::string_view{}; }
std::string_view error::topic() const noexcept { return context_ ? context_->topic : std::string_view{}; }
std::optional<partition_id> error::partition() const noexcept {
  return context_ ? context_->partition : std::nullopt;
}
std::optional<std::int64_t> error::offset() const noexcept {
  return context_ ? context_->offset : std::nullopt;
}

std::string error::message() const {
  std::string where;
  const auto add = [&](const std::string& text) { where += (where.empty() ? "" : " ") + text; };
  if (context_) {
    const auto& c = *context_;
    if (c.key) add(std::string{to_string(*c.key)});
    if (!c.topic.empty()) {
      add(c.partition ? c.topic + "-" + std::to_string(raw(*c.partition)) : c.topic);
    }
    if (c.offset) add("at offset " + std::to_string(*c.offset));
    if (!c.address.empty()) {
      add(c.broker == no_node ? "from " + c.address
                              : "from broker " + std::to_string(raw(c.broker)) + " (" + c.address + ")");
    }
  }
  auto text = where.empty() ? code_.message() : where + ": " + code_.message();
  if (!detail().empty()) text += "; " + std::string{detail()};
  return text;
}

void throw_exception_from_error(const error& e, const boost::source_location& where) {
  boost::throw_exception(boost::system::system_error(e.code(), e.message()), where);
}

}  // namespace kwire
