#include "core/acl_store.hpp"

namespace kwire::embedded {
namespace {

constexpr std::string_view wildcard = "*";

/// Whether the rule is about a resource of this name.
bool covers(const acl_binding& rule, std::string_view name) {
  if (rule.pattern == acl_pattern::prefixed) return name.starts_with(rule.name);
  return rule.name == wildcard || rule.name == name;
}

/// Whether leave for `given` is leave for `wanted`.
bool implies(acl_operation given, acl_operation wanted) {
  using enum acl_operation;
  if (given == all || given == wanted) return true;
  if (wanted == describe) return given == read || given == write || given == remove || given == alter;
  return wanted == describe_configs && given == alter_configs;
}

}  // namespace

bool is_valid(const acl_binding& rule) {
  const auto type = static_cast<int>(rule.type);
  const auto operation = static_cast<int>(rule.operation);
  const bool literal = rule.pattern == acl_pattern::literal;
  if (type < 2 || type > 7 || (!literal && rule.pattern != acl_pattern::prefixed)) return false;
  if (operation < 2 || operation > 15 || rule.name.empty() || rule.host.empty()) return false;
  if (rule.permission != acl_permission::allow && rule.permission != acl_permission::deny) return false;
  if (rule.type == acl_resource::cluster && (!literal || rule.name != cluster_resource)) return false;
  const auto colon = rule.principal.find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < rule.principal.size();
}

bool acl_filter::matches(const acl_binding& rule) const {
  if (type != acl_resource::any && type != rule.type) return false;
  if (pattern != acl_pattern::any && pattern != acl_pattern::match && pattern != rule.pattern) return false;
  if (name && (pattern == acl_pattern::match ? !covers(rule, *name) : *name != rule.name)) return false;
  if (principal && *principal != rule.principal) return false;
  if (host && *host != rule.host) return false;
  if (operation != acl_operation::any && operation != rule.operation) return false;
  return permission == acl_permission::any || permission == rule.permission;
}

bool acl_store::add(const acl_binding& rule) {
  if (rules_.size() >= most && !rules_.contains(rule)) return false;
  rules_.insert(rule);
  return true;
}

std::vector<acl_binding> acl_store::find(const acl_filter& filter) const {
  std::vector<acl_binding> found;
  for (const auto& rule : rules_) {
    if (filter.matches(rule)) found.push_back(rule);
  }
  return found;
}

std::vector<acl_binding> acl_store::remove(const acl_filter& filter) {
  auto found = find(filter);
  for (const auto& rule : found) rules_.erase(rule);
  return found;
}

bool acl_store::allows(const std::string& principal, const std::string& host, acl_operation operation,
                       acl_resource type, std::string_view name) const {
  bool allowed = false;
  for (const auto& rule : rules_) {
    if (rule.type != type || !covers(rule, name)) continue;
    if (rule.principal != principal && rule.principal != "User:*") continue;
    if (rule.host != wildcard && rule.host != host) continue;
    if (rule.permission == acl_permission::allow) {
      allowed = allowed || implies(rule.operation, operation);
    } else if (rule.operation == operation || rule.operation == acl_operation::all) {
      return false;
    }
  }
  return allowed;
}

}  // namespace kwire::embedded
