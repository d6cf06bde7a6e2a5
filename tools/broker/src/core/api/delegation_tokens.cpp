#include <kwire/protocol/base64.hpp>
#include <kwire/protocol/messages/create_delegation_token.hpp>
#include <kwire/protocol/messages/describe_delegation_token.hpp>
#include <kwire/protocol/messages/expire_delegation_token.hpp>
#include <kwire/protocol/messages/renew_delegation_token.hpp>

#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

constexpr std::string_view user_type = "User";

std::string principal_of(std::string_view type, std::string_view name) {
  return std::string{type} + ":" + std::string{name};
}

/// The two halves of a principal.
std::pair<std::string, std::string> parts_of(const std::string& principal) {
  const auto colon = std::min(principal.find(':'), principal.size());
  return {principal.substr(0, colon), principal.substr(std::min(colon + 1, principal.size()))};
}

/// Only somebody who has proved who he is may ask for tokens.
broker_errc check(const request& what) {
  if (what.injected != broker_errc::none) return what.injected;
  return what.client->principal == "User:ANONYMOUS" ? broker_errc::delegation_token_request_not_allowed
                                                    : broker_errc::none;
}

broker_errc check(const request& what, const protocol::create_delegation_token_request& asked,
                  const std::string& owner, const core_options& options) {
  if (const auto error = check(what); error != broker_errc::none) return error;
  const auto& supers = options.super_users;
  const bool for_another = owner != what.client->principal;
  if (for_another && options.authorize && std::ranges::find(supers, what.client->principal) == supers.end()) {
    return broker_errc::delegation_token_authorization_failed;
  }
  const auto is_user = [](const auto& one) { return one.principal_type == user_type; };
  if (!std::ranges::all_of(asked.renewers, is_user) || parts_of(owner).first != user_type) {
    return broker_errc::invalid_principal_type;
  }
  return broker_errc::none;
}

delegation_token make(broker_core& core, const request& what, std::string owner,
                      const protocol::create_delegation_token_request& asked) {
  const auto now = to_ms(what.now);
  const auto& options = core.options();
  auto life = options.token_max_lifetime.count();
  if (asked.max_lifetime_ms > 0) life = std::min(life, asked.max_lifetime_ms);
  delegation_token made;
  made.id = kwire::to_string(core.random().next_uuid());
  made.owner = std::move(owner);
  made.requester = what.client->principal;
  for (const auto& one : asked.renewers) {
    made.renewers.push_back(principal_of(one.principal_type, one.principal_name));
  }
  made.issued = now;
  made.latest = now + life;
  made.expires = std::min(made.latest, now + options.token_renewal.count());
  // 64 octets, as an HMAC-SHA-512 has: nobody computes it but who gives it out.
  for (int i = 0; i < 8; ++i) {
    for (auto bits = core.random().next(), n = std::uint64_t{0}; n < 8; ++n, bits >>= 8) {
      made.hmac.push_back(static_cast<std::byte>(bits & 0xff));
    }
  }
  return made;
}

/// The token of that secret, when who asks may change it.
broker_errc find(broker_core& core, const request& what, const bytes& hmac, delegation_token*& found) {
  if (const auto error = check(what); error != broker_errc::none) return error;
  for (auto& [id, token] : core.admin().tokens) {
    if (token.hmac == hmac) found = &token;
  }
  if (found == nullptr) return broker_errc::delegation_token_not_found;
  if (!found->may_manage(what.client->principal)) return broker_errc::delegation_token_owner_mismatch;
  return found->is_expired(to_ms(what.now)) ? broker_errc::delegation_token_expired : broker_errc::none;
}

}  // namespace

void serve_create_delegation_token(broker_core& core, const request& what) {
  protocol::create_delegation_token_request asked;
  if (!read_body(core, what, asked)) return;
  auto owner = what.client->principal;
  if (asked.owner_principal_name && !asked.owner_principal_name->empty()) {
    owner = principal_of(asked.owner_principal_type.value_or(""), *asked.owner_principal_name);
  }
  protocol::create_delegation_token_response answer;
  auto error = check(what, asked, owner, core.options());
  auto& tokens = core.admin().tokens;
  std::erase_if(tokens, [&](const auto& one) { return one.second.is_expired(to_ms(what.now)); });
  if (error == broker_errc::none && tokens.size() >= admin_state::most) error = broker_errc::policy_violation;
  answer.error_code = code(error);
  std::tie(answer.principal_type, answer.principal_name) = parts_of(owner);
  std::tie(answer.token_requester_principal_type, answer.token_requester_principal_name) =
      parts_of(what.client->principal);
  if (error == broker_errc::none) {
    auto made = make(core, what, std::move(owner), asked);
    answer.issue_timestamp_ms = made.issued;
    answer.expiry_timestamp_ms = made.expires;
    answer.max_timestamp_ms = made.latest;
    answer.token_id = made.id;
    answer.hmac = made.hmac;
    tokens[made.id] = std::move(made);
    core.administered(admin_part::tokens);
  }
  core.respond(what.token, answer);
}

void serve_renew_delegation_token(broker_core& core, const request& what) {
  protocol::renew_delegation_token_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::renew_delegation_token_response answer;
  delegation_token* token = nullptr;
  const auto error = find(core, what, asked.hmac, token);
  answer.error_code = code(error);
  if (error == broker_errc::none) {
    auto span = core.options().token_renewal.count();
    if (asked.renew_period_ms > 0) span = std::min(span, asked.renew_period_ms);
    token->expires = std::min(token->latest, to_ms(what.now) + span);
    answer.expiry_timestamp_ms = token->expires;
    core.administered(admin_part::tokens);
  }
  core.respond(what.token, answer);
}

void serve_expire_delegation_token(broker_core& core, const request& what) {
  protocol::expire_delegation_token_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::expire_delegation_token_response answer;
  delegation_token* token = nullptr;
  const auto error = find(core, what, asked.hmac, token);
  answer.error_code = code(error);
  if (error == broker_errc::none) {
    const auto now = to_ms(what.now);
    const bool at_once = asked.expiry_time_period_ms < 0;
    if (!at_once)
      token->expires = std::min(token->latest, now + std::min(asked.expiry_time_period_ms, token->latest));
    answer.expiry_timestamp_ms = at_once ? now : token->expires;
    if (at_once) core.admin().tokens.erase(std::string{token->id});
    core.administered(admin_part::tokens);
  }
  core.respond(what.token, answer);
}

void serve_describe_delegation_token(broker_core& core, const request& what) {
  protocol::describe_delegation_token_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_delegation_token_response answer;
  const auto error = check(what);
  answer.error_code = code(error);
  if (error != broker_errc::none) return core.respond(what.token, answer);
  for (const auto& [id, token] : core.admin().tokens) {
    const auto is_owner = [&](const auto& one) {
      return principal_of(one.principal_type, one.principal_name) == token.owner;
    };
    if (token.is_expired(to_ms(what.now)) || !token.may_manage(what.client->principal)) continue;
    if (asked.owners && std::ranges::none_of(*asked.owners, is_owner)) continue;
    auto& told = answer.tokens.emplace_back();
    std::tie(told.principal_type, told.principal_name) = parts_of(token.owner);
    std::tie(told.token_requester_principal_type, told.token_requester_principal_name) =
        parts_of(token.requester);
    told.issue_timestamp = token.issued;
    told.expiry_timestamp = token.expires;
    told.max_timestamp = token.latest;
    told.token_id = token.id;
    told.hmac = token.hmac;
    for (const auto& one : token.renewers) {
      auto& listed = told.renewers.emplace_back();
      std::tie(listed.principal_type, listed.principal_name) = parts_of(one);
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
