#include <kwire/protocol/messages/create_acls.hpp>
#include <kwire/protocol/messages/delete_acls.hpp>
#include <kwire/protocol/messages/describe_acls.hpp>

#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

template <class Filter>
acl_filter read(const Filter& asked) {
  acl_filter filter;
  filter.type = static_cast<acl_resource>(asked.resource_type_filter);
  filter.name = asked.resource_name_filter;
  filter.pattern = static_cast<acl_pattern>(asked.pattern_type_filter);
  filter.principal = asked.principal_filter;
  filter.host = asked.host_filter;
  filter.operation = static_cast<acl_operation>(asked.operation);
  filter.permission = static_cast<acl_permission>(asked.permission_type);
  return filter;
}

acl_binding read(const protocol::create_acls_request::creation& asked) {
  acl_binding rule;
  rule.type = static_cast<acl_resource>(asked.resource_type);
  rule.name = asked.resource_name;
  rule.pattern = static_cast<acl_pattern>(asked.resource_pattern_type);
  rule.principal = asked.principal;
  rule.host = asked.host;
  rule.operation = static_cast<acl_operation>(asked.operation);
  rule.permission = static_cast<acl_permission>(asked.permission_type);
  return rule;
}

/// Versions below 1 know no prefixes.
constexpr std::int16_t first_with_patterns = 1;

}  // namespace

void serve_create_acls(broker_core& core, const request& what) {
  protocol::create_acls_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::create_acls_response answer;
  for (const auto& creation : asked.creations) {
    auto& told = answer.results.emplace_back();
    told.error_message.reset();
    const auto rule = read(creation);
    auto error = what.injected;
    if (error == broker_errc::none && !is_valid(rule)) error = broker_errc::invalid_request;
    if (error == broker_errc::none && !core.admin().acls.add(rule)) error = broker_errc::policy_violation;
    told.error_code = code(error);
    if (error != broker_errc::none) told.error_message = std::string{meaning(error)};
  }
  core.administered(admin_part::acls);
  core.respond(what.token, answer);
}

void serve_describe_acls(broker_core& core, const request& what) {
  protocol::describe_acls_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::describe_acls_response answer;
  answer.error_message.reset();
  answer.error_code = code(what.injected);
  if (what.injected != broker_errc::none) return core.respond(what.token, answer);
  for (const auto& rule : core.admin().acls.find(read(asked))) {
    const auto pattern = static_cast<std::int8_t>(rule.pattern);
    if (what.token.version < first_with_patterns && rule.pattern != acl_pattern::literal) continue;
    const auto type = static_cast<std::int8_t>(rule.type);
    // Rules come ordered by resource.
    if (answer.resources.empty() || answer.resources.back().resource_type != type ||
        answer.resources.back().resource_name != rule.name ||
        answer.resources.back().pattern_type != pattern) {
      auto& resource = answer.resources.emplace_back();
      resource.resource_type = type;
      resource.resource_name = rule.name;
      resource.pattern_type = pattern;
    }
    auto& listed = answer.resources.back().acls.emplace_back();
    listed.principal = rule.principal;
    listed.host = rule.host;
    listed.operation = static_cast<std::int8_t>(rule.operation);
    listed.permission_type = static_cast<std::int8_t>(rule.permission);
  }
  core.respond(what.token, answer);
}

void serve_delete_acls(broker_core& core, const request& what) {
  protocol::delete_acls_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::delete_acls_response answer;
  for (const auto& filter : asked.filters) {
    auto& told = answer.filter_results.emplace_back();
    told.error_message.reset();
    told.error_code = code(what.injected);
    if (what.injected != broker_errc::none) continue;
    for (const auto& rule : core.admin().acls.remove(read(filter))) {
      auto& gone = told.matching_acls.emplace_back();
      gone.error_message.reset();
      gone.resource_type = static_cast<std::int8_t>(rule.type);
      gone.resource_name = rule.name;
      gone.pattern_type = static_cast<std::int8_t>(rule.pattern);
      gone.principal = rule.principal;
      gone.host = rule.host;
      gone.operation = static_cast<std::int8_t>(rule.operation);
      gone.permission_type = static_cast<std::int8_t>(rule.permission);
    }
  }
  core.administered(admin_part::acls);
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
