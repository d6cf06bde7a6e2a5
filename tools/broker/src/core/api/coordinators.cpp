#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {

namespace {

struct coordinator_answer {
  broker_errc error{};
  const broker_node* node = nullptr;
  node_address where{};

  void fill(auto& told) const {
    told.error_code = code(error);
    told.error_message = error == broker_errc::none ? "" : std::string{meaning(error)};
    told.node = node == nullptr ? no_node : node->id;
    told.host = where.host;
    told.port = where.port;
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
  const auto denied = kind == coordinator_kind::share ? refused(core, what, acl_operation::cluster_action,
                                                                acl_resource::cluster, cluster_resource)
                      : kind == coordinator_kind::group
                          ? refused_group(core, what, acl_operation::describe, key)
                          : refused(core, what, acl_operation::describe, acl_resource::transactional_id, key);
  if (denied != broker_errc::none) return {denied};
  const auto* node = core.state().node(core.coordinator_of(kind, key));
  if (node == nullptr) return {broker_errc::coordinator_not_available};
  return {broker_errc::none, node, core.address(*node, what.token.connection)};
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
  transaction::answer given{what.injected};
  if (given.error == broker_errc::none && asked.transactional_id) {
    given.error = core.check_coordinator(what, coordinator_kind::transaction, *asked.transactional_id);
    std::optional<producer_identity> expected;
    if (raw(asked.producer) >= 0) expected = producer_identity{asked.producer, asked.epoch};
    if ((raw(asked.producer) >= 0) != (raw(asked.epoch) >= 0)) given.error = broker_errc::invalid_request;
    if (given.error == broker_errc::none) {
      given =
          core.transactions().init(*asked.transactional_id, asked.transaction_timeout_ms, expected, what.now);
    }
  } else if (given.error == broker_errc::none) {
    // Without a transactional id, Kafka gives a new producer id even to who asks for the next epoch
    // (KIP-360): sequences start anew under a number nobody has used.
    given.producer = {producer_id{core.next_producer_id()}, producer_epoch{0}};
  }
  constexpr std::int16_t first_with_fenced = 4;
  if (given.error == broker_errc::producer_fenced && what.token.version < first_with_fenced) {
    given.error = broker_errc::invalid_producer_epoch;
  }
  answer.error_code = code(given.error);
  answer.producer = given.producer.id;
  answer.epoch = given.producer.epoch;
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
