#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>

#include "core/handlers.hpp"

namespace kwire::embedded {

namespace {

struct coordinator_answer {
  broker_errc error{};
  const broker_node* node = nullptr;

  void fill(auto& told) const {
    told.error_code = code(error);
    told.error_message = error == broker_errc::none ? "" : std::string{meaning(error)};
    told.node = node == nullptr ? no_node : node->id;
    told.host = node == nullptr ? "" : node->host;
    told.port = node == nullptr ? -1 : node->port;
  }
};

coordinator_answer find_coordinator(broker_core& core, const request& what, std::int8_t type,
                                    const std::string& key) {
  constexpr std::int16_t first_with_share = 6;
  if (what.injected != broker_errc::none) return {what.injected};
  const coordinator_kind kind{type};
  const bool known = kind == coordinator_kind::group || kind == coordinator_kind::transaction ||
                     (kind == coordinator_kind::share && what.token.version >= first_with_share);
  if (!known) return {broker_errc::invalid_request};
  const auto* node = core.state().node(core.coordinator_of(kind, key));
  return {node == nullptr ? broker_errc::coordinator_not_available : broker_errc::none, node};
}

}  // namespace

void serve_find_coordinator(broker_core& core, const request& what) {
  protocol::find_coordinator_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::find_coordinator_response answer;
  constexpr std::int16_t first_with_many = 4;
  if (what.token.version < first_with_many) {
    find_coordinator(core, what, asked.key_type, asked.key).fill(answer);
    if (what.token.version == 0) answer.error_message = "";
  } else {
    for (auto& key : asked.coordinator_keys) {
      auto& told = answer.coordinators.emplace_back();
      find_coordinator(core, what, asked.key_type, key).fill(told);
      told.key = std::move(key);
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
