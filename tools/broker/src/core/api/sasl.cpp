#include <array>
#include <kwire/protocol/messages/sasl_authenticate.hpp>
#include <kwire/protocol/messages/sasl_handshake.hpp>

#include "core/handlers.hpp"

// A connection to a SASL listener tells who it is before anything else: SaslHandshake names the mechanism,
// the tokens follow in SaslAuthenticate or, after version 0, as bare frames (KIP-152). What fails is told
// once, then the connection ends.

namespace kwire::embedded {
namespace {

sasl_users users_of(broker_core& core) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string nonce;
  for (auto bits = core.random().next(); nonce.size() < 16; bits >>= 4) nonce += hex[bits & 15];
  return {core.options().passwords,
          [&core](const std::string& user, scram_hash hash) -> const scram_credential* {
            const auto known = core.admin().scram.find(user);
            if (known == core.admin().scram.end()) return nullptr;
            const auto found = known->second.find(static_cast<std::int8_t>(hash));
            return found == known->second.end() ? nullptr : &found->second;
          },
          std::move(nonce)};
}

/// The next step of a connection's exchange; who it turns out to be is noted.
sasl_step take_step(broker_core& core, connection_id id, sasl_state& state, bytes_view token, instant now) {
  auto done = state.exchange->step(token);
  if (done.what == sasl_step::outcome::go_on) return done;
  state.exchange.reset();
  if (done.what == sasl_step::outcome::done && !core.authenticated(id, done.user, now)) {
    return {sasl_step::outcome::failed, {}, {}, "Cannot change principals during re-authentication"};
  }
  return done;
}

}  // namespace

sasl_state* broker_core::sasl(connection_id id) {
  const auto found = connections_.find(id);
  return found == connections_.end() || !found->second.sasl ? nullptr : &*found->second.sasl;
}

bool broker_core::has_authenticated(connection_id id) const {
  const auto found = connections_.find(id);
  return found != connections_.end() && (!found->second.sasl || found->second.sasl->authenticated);
}

bool broker_core::authenticated(connection_id id, const std::string& user, instant now) {
  auto& from = connections_.at(id);
  auto& state = *from.sasl;
  const auto principal = "User:" + user;
  if (state.authenticated && from.client.principal != principal) return false;
  state.authenticated = true;
  state.raw = false;
  from.client.principal = principal;
  if (options_.sasl_session) state.expires = now + *options_.sasl_session;
  return true;
}

/// Before a client has said who it is, and when its session is over, it may do nothing but say it.
bool broker_core::may_ask(const connection& from, api key, instant now) {
  if (!from.sasl || key == api::sasl_handshake || key == api::sasl_authenticate || key == api::api_versions) {
    return true;
  }
  const auto& state = *from.sasl;
  return state.authenticated && !state.exchange && (!state.expires || now < *state.expires);
}

void broker_core::take_raw_token(connection_id id, connection& from, bytes_view token, instant now) {
  from.busy = true;
  from.struck.reset();
  auto done = take_step(*this, id, *from.sasl, token, now);
  if (done.what == sasl_step::outcome::failed) return close(id);  // there is no form to tell why
  protocol::writer out;
  out.fixed(static_cast<std::int32_t>(done.token.size()));
  out.raw(done.token);
  encoded_frame content;
  content.head = std::move(out.buffer());
  emit(id, std::move(content));
}

void serve_sasl_handshake(broker_core& core, const request& what) {
  protocol::sasl_handshake_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::sasl_handshake_response answer;
  const auto id = what.token.connection;
  auto* state = core.sasl(id);
  auto error = what.injected;
  // A second time is for those whose sessions end.
  const bool again = state != nullptr && state->authenticated;
  if (error == broker_errc::none && (state == nullptr || (again && !core.options().sasl_session))) {
    error = broker_errc::illegal_sasl_state;
  }
  std::unique_ptr<sasl_exchange> exchange;
  if (error == broker_errc::none) exchange = make_sasl_exchange(asked.mechanism, users_of(core));
  const bool changed = again && state->mechanism != asked.mechanism;
  if (error == broker_errc::none && (exchange == nullptr || changed)) {
    error = changed ? broker_errc::illegal_sasl_state : broker_errc::unsupported_sasl_mechanism;
  }
  answer.error_code = code(error);
  if (state != nullptr) answer.mechanisms = sasl_mechanisms();
  if (error == broker_errc::none) {
    state->mechanism = asked.mechanism;
    state->exchange = std::move(exchange);
    state->raw = what.token.version == 0;
  }
  core.respond(what.token, answer);
  if (error != broker_errc::none && state != nullptr) core.close(id);
}

void serve_sasl_authenticate(broker_core& core, const request& what) {
  protocol::sasl_authenticate_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::sasl_authenticate_response answer;
  answer.error_message.reset();
  const auto id = what.token.connection;
  auto* state = core.sasl(id);
  if (state == nullptr || !state->exchange || what.injected != broker_errc::none) {
    const auto error = what.injected != broker_errc::none ? what.injected : broker_errc::illegal_sasl_state;
    answer.error_code = code(error);
    answer.error_message = std::string{meaning(error)};
    core.respond(what.token, answer);
    if (state != nullptr) core.close(id);
    return;
  }
  auto done = take_step(core, id, *state, asked.auth_bytes, what.now);
  const bool failed = done.what == sasl_step::outcome::failed;
  if (failed) {
    answer.error_code = code(broker_errc::sasl_authentication_failed);
    answer.error_message = done.error;
  }
  answer.auth_bytes = std::move(done.token);
  const auto& session = core.options().sasl_session;
  if (done.what == sasl_step::outcome::done && session && what.token.version >= 1) {
    answer.session_lifetime_ms = session->count();
  }
  core.respond(what.token, answer);
  if (failed) core.close(id);
}

}  // namespace kwire::embedded
