#include "core/stored_forms.hpp"

namespace kwire::embedded {

void stored_admin::acls(archive& a) {
  auto& store = core.admin().acls;
  auto rules = store.find(acl_filter{});
  a(rules);
  if (!a.reading()) return;
  store = acl_store{};
  for (const auto& rule : rules) {
    if (!is_valid(rule) || !store.add(rule)) a.fail();
  }
}

void stored_admin::groups(archive& a) {
  std::map<std::string, std::map<std::string, std::string>> all;
  for (const auto& [id, config] : core.groups().configs()) {
    if (!config.values().empty()) all[id] = {config.values().begin(), config.values().end()};
  }
  a(all);
  if (!a.reading() || !a.ok()) return;
  for (const auto& [id, config] : core.groups().configs()) all.try_emplace(id);
  for (const auto& [id, values] : all) {
    group_config made;
    for (const auto& [name, value] : values) {
      if (!made.set(name, value)) a.fail();
    }
    core.groups().config(id) = std::move(made);
  }
}

void stored_admin::describe(archive& a) {
  auto& admin = core.admin();
  switch (what) {
    case admin_part::acls: return acls(a);
    case admin_part::quotas: return a(admin.quotas);
    case admin_part::scram: return a(admin.scram);
    case admin_part::brokers: return a(admin.brokers);
    case admin_part::groups: return groups(a);
    case admin_part::client_metrics: return a(admin.client_metrics);
    case admin_part::tokens: return a(admin.tokens);
  }
  a.fail();
}

}  // namespace kwire::embedded
