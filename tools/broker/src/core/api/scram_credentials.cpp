#include <kwire/protocol/messages/alter_user_scram_credentials.hpp>
#include <kwire/protocol/messages/describe_user_scram_credentials.hpp>
#include <map>

#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

bool is_mechanism(std::int8_t number) { return number == 1 || number == 2; }

broker_errc check(const protocol::alter_user_scram_credentials_request::upsertion& asked) {
  constexpr std::int32_t least = 4'096;
  constexpr std::int32_t most = 16'384;
  if (asked.name.empty()) return broker_errc::unacceptable_credential;
  if (!is_mechanism(asked.mechanism)) return broker_errc::unsupported_sasl_mechanism;
  const bool fits = asked.iterations >= least && asked.iterations <= most;
  return fits && !asked.salt.empty() && !asked.salted_password.empty() ? broker_errc::none
                                                                       : broker_errc::unacceptable_credential;
}

/// Each user's changes are checked before any of them is made.
std::map<std::string, broker_errc> check_all(const admin_state& admin,
                                             const protocol::alter_user_scram_credentials_request& asked) {
  std::map<std::string, broker_errc> errors;
  std::set<std::pair<std::string, std::int8_t>> seen;
  const auto note = [&](const std::string& user, std::int8_t mechanism, broker_errc error) {
    auto& known = errors[user];
    if (!seen.emplace(user, mechanism).second) error = broker_errc::duplicate_resource;
    if (known == broker_errc::none) known = error;
  };
  for (const auto& one : asked.upsertions) {
    const bool full = admin.scram.size() >= admin_state::most && !admin.scram.contains(one.name);
    note(one.name, one.mechanism, full ? broker_errc::policy_violation : check(one));
  }
  for (const auto& one : asked.deletions) {
    const auto user = admin.scram.find(one.name);
    const bool known = user != admin.scram.end() && user->second.contains(one.mechanism);
    auto error = known ? broker_errc::none : broker_errc::resource_not_found;
    if (!is_mechanism(one.mechanism)) error = broker_errc::unsupported_sasl_mechanism;
    note(one.name, one.mechanism, error);
  }
  return errors;
}

}  // namespace

void serve_alter_user_scram_credentials(broker_core& core, const request& what) {
  protocol::alter_user_scram_credentials_request asked;
  if (!read_body(core, what, asked)) return;
  auto& admin = core.admin();
  auto errors = check_all(admin, asked);
  const auto fine = [&](const std::string& user) {
    return what.injected == broker_errc::none && errors.at(user) == broker_errc::none;
  };
  for (auto& one : asked.upsertions) {
    if (!fine(one.name)) continue;
    admin.scram[one.name][one.mechanism] = {one.iterations, std::move(one.salt),
                                            std::move(one.salted_password)};
  }
  for (const auto& one : asked.deletions) {
    if (!fine(one.name)) continue;
    auto& credentials = admin.scram[one.name];
    credentials.erase(one.mechanism);
    if (credentials.empty()) admin.scram.erase(one.name);
  }
  core.administered(admin_part::scram);
  protocol::alter_user_scram_credentials_response answer;
  for (const auto& [user, found] : errors) {
    const auto error = what.injected != broker_errc::none ? what.injected : found;
    auto& told = answer.results.emplace_back();
    told.user = user;
    told.error_code = code(error);
    told.error_message.reset();
    if (error != broker_errc::none) told.error_message = std::string{meaning(error)};
  }
  core.respond(what.token, answer);
}

void serve_describe_user_scram_credentials(broker_core& core, const request& what) {
  protocol::describe_user_scram_credentials_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_user_scram_credentials_response answer;
  answer.error_message.reset();
  answer.error_code = code(what.injected);
  if (what.injected != broker_errc::none) return core.respond(what.token, answer);
  const auto& known = core.admin().scram;
  std::map<std::string, int> wanted;
  if (asked.users && !asked.users->empty()) {
    for (const auto& user : *asked.users) ++wanted[user.name];
  } else {
    for (const auto& [user, credentials] : known) wanted[user] = 1;
  }
  for (const auto& [user, times] : wanted) {
    auto& told = answer.results.emplace_back();
    told.user = user;
    told.error_message.reset();
    const auto found = known.find(user);
    auto error = found == known.end() ? broker_errc::resource_not_found : broker_errc::none;
    if (times > 1) error = broker_errc::duplicate_resource;
    told.error_code = code(error);
    if (error != broker_errc::none) {
      told.error_message = std::string{meaning(error)};
      continue;
    }
    for (const auto& [mechanism, credential] : found->second) {
      auto& listed = told.credential_infos.emplace_back();
      listed.mechanism = mechanism;
      listed.iterations = credential.iterations;
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
