#include "core/producer/identity.hpp"

namespace kwire::core {
namespace {

/// Older versions cannot carry an id and epoch to be bumped; they give a new id, which serves as well.
class init_producer_id_body final : public request_body {
 public:
  init_producer_id_body(producer_id id, producer_epoch epoch) : id_(id), epoch_(epoch) {}
  const protocol::message_info& info() const override { return protocol::init_producer_id_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    protocol::init_producer_id_request message;
    message.transactional_id.reset();
    message.transaction_timeout_ms = INT32_MAX;  // unused without a transactional id
    if (version >= 3) {
      message.producer = id_;
      message.epoch = epoch_;
    }
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  producer_id id_;
  producer_epoch epoch_;
};

constexpr std::int16_t last_epoch = INT16_MAX - 1;  // the broker bumps; beyond, only a new id helps

}  // namespace

identity::identity(const client_settings& client, producer_settings& settings, random_source& random)
    : client_(&client),
      settings_(&settings),
      random_(&random),
      pause_(client.retry_backoff, client.retry_backoff_max),
      state_(!settings.idempotence               ? state::none_needed
             : settings.transactional_id.empty() ? state::wanted
                                                 : state::awaited) {}

bool identity::renew(std::vector<event>& events) {
  if (state_ != state::ready) return false;
  if (raw(epoch_) >= last_epoch) {
    state_ = state::wanted;
    return false;
  }
  epoch_ = producer_epoch{static_cast<std::int16_t>(raw(epoch_) + 1)};
  events.emplace_back(event_kind::producer_epoch_bumped, severity::debug, context::eos)
      .with("producer id " + std::to_string(raw(id_)) + ", epoch " + std::to_string(raw(epoch_)));
  return true;
}

std::optional<request> identity::poll(time_point now, std::uint64_t token) {
  if (state_ != state::wanted || now < not_before_) return std::nullopt;
  state_ = state::asking;
  const bool exhausted = raw(epoch_) >= last_epoch;
  request ask;
  ask.body = std::make_shared<init_producer_id_body>(exhausted ? no_producer_id : id_,
                                                     exhausted ? no_producer_epoch : epoch_);
  ask.deadline = now + client_->request_timeout;
  ask.token = token;
  return ask;
}

void identity::digest(const response& answer, time_point now, std::vector<event>& events) {
  protocol::init_producer_id_response message;
  std::optional<error> why;
  if (auto read = read_response(message, answer); !read) {
    why = read.error();
  } else if (message.error_code != 0) {
    why = error{static_cast<broker_errc>(message.error_code)}.in(api::init_producer_id);
  }
  if (!why) {
    pause_.reset();
    return assign(message.producer, message.epoch, events);
  }
  if (*why == errc::unsupported_by_broker) return unsupported(*why, events);
  if (*why == broker_errc::cluster_authorization_failed && !settings_->idempotence_explicit) {
    return unsupported(*why, events);
  }
  if (!why->retriable() && !answer.failure) {
    if (*why == broker_errc::invalid_producer_epoch || *why == broker_errc::unknown_producer_id ||
        *why == broker_errc::producer_fenced) {
      id_ = no_producer_id;  // start afresh: without transactions nobody else can own the id
      epoch_ = no_producer_epoch;
    } else {
      refusal_ = *why;
      state_ = state::refused;
      return;
    }
  }
  state_ = state::wanted;
  not_before_ = now + pause_.next(*random_);
}

void identity::assign(producer_id id, producer_epoch epoch, std::vector<event>& events) {
  const bool first = id_ == no_producer_id;
  state_ = state::ready;
  id_ = id;
  epoch_ = epoch;
  events
      .emplace_back(first ? event_kind::producer_id_assigned : event_kind::producer_epoch_bumped,
                    severity::debug, context::eos)
      .with("producer id " + std::to_string(raw(id_)) + ", epoch " + std::to_string(raw(epoch_)));
}

void identity::unsupported(const error& why, std::vector<event>& events) {
  if (settings_->idempotence_explicit) {
    refusal_ = why;
    refusal_.with_detail(
        "enable.idempotence=true needs Kafka 0.11 and the right IDEMPOTENT_WRITE; set it to "
        "false to go without");
    state_ = state::refused;
    return;
  }
  settings_->idempotence = false;
  state_ = state::none_needed;
  events.emplace_back(event_kind::idempotence_dropped, severity::warning, context::eos)
      .because(why)
      .with("retries may now write a record twice; set enable.idempotence=false to silence this");
}

}  // namespace kwire::core
