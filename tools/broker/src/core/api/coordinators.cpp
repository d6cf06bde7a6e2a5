#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>

#include "core/handlers.hpp"

namespace kwire::embedded {

void serve_find_coordinator(broker_core& core, const request& what) {
  protocol::find_coordinator_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::find_coordinator_response answer;
  const auto& self = core.state().self();
  constexpr std::int16_t first_with_many = 4;
  constexpr std::int8_t group = 0;
  constexpr std::int8_t transaction = 1;
  auto error = what.injected;
  if (error == broker_errc::none && asked.key_type != group && asked.key_type != transaction) {
    error = broker_errc::invalid_request;
  }
  const bool found = error == broker_errc::none;
  std::optional<std::string> message{""};
  if (!found) message = std::string{meaning(error)};
  const auto fill = [&](auto& told) {
    told.error_code = code(error);
    told.error_message = message;
    told.node = found ? self.id : no_node;
    told.host = found ? self.host : "";
    told.port = found ? self.port : -1;
  };
  if (what.token.version < first_with_many) {
    fill(answer);
    if (what.token.version == 0) answer.error_message = "";
  } else {
    for (auto& key : asked.coordinator_keys) {
      auto& told = answer.coordinators.emplace_back();
      told.key = std::move(key);
      fill(told);
    }
  }
  core.respond(what.token, answer);
}

void serve_init_producer_id(broker_core& core, const request& what) {
  protocol::init_producer_id_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::init_producer_id_response answer;
  auto error = what.injected;
  if (error == broker_errc::none && asked.transactional_id) {
    // There are no transactions here, and retrying will not change that: say so in the way clients take as
    // "this broker cannot".
    error = asked.transactional_id->empty() ? broker_errc::invalid_request : broker_errc::unsupported_version;
  }
  answer.error_code = code(error);
  if (error == broker_errc::none) {
    // Without a transactional id, Kafka gives a new producer id even to who asks for the next epoch
    // (KIP-360): sequences start anew under a number nobody has used.
    answer.producer = producer_id{core.next_producer_id()};
    answer.epoch = producer_epoch{0};
  } else {
    answer.epoch = no_producer_epoch;
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
