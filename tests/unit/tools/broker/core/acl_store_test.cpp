#include "core/acl_store.hpp"

#include <doctest/doctest.h>

namespace kwire::embedded {
namespace {

acl_binding rule(acl_operation operation, acl_permission permission = acl_permission::allow,
                 const std::string& name = "t", acl_pattern pattern = acl_pattern::literal) {
  return {acl_resource::topic, name, pattern, "User:a", "*", operation, permission};
}
bool may(const acl_store& store, acl_operation operation, const std::string& name = "t",
         const std::string& who = "User:a") {
  return store.allows(who, "10.0.0.1", operation, acl_resource::topic, name);
}

TEST_CASE("what is not allowed is forbidden, and a rule that forbids wins") {
  acl_store store;
  CHECK_FALSE(may(store, acl_operation::read));
  store.add(rule(acl_operation::read));
  CHECK(may(store, acl_operation::read));
  CHECK(may(store, acl_operation::describe));
  CHECK_FALSE(may(store, acl_operation::write));
  CHECK_FALSE(may(store, acl_operation::read, "u"));
  CHECK_FALSE(may(store, acl_operation::read, "t", "User:b"));
  store.add(rule(acl_operation::all, acl_permission::deny));
  CHECK_FALSE(may(store, acl_operation::read));
  CHECK(store.remove({}).size() == 2);
  CHECK(store.size() == 0);
}

TEST_CASE("names may be prefixes and wildcards, hosts and principals too") {
  acl_store store;
  store.add(rule(acl_operation::all, acl_permission::allow, "log", acl_pattern::prefixed));
  CHECK(may(store, acl_operation::write, "logs"));
  CHECK_FALSE(may(store, acl_operation::write, "lo"));
  auto any = rule(acl_operation::read, acl_permission::allow, "*");
  any.principal = "User:*";
  any.host = "10.0.0.1";
  store.add(any);
  CHECK(may(store, acl_operation::read, "x", "User:b"));
  any.host = "10.0.0.2";
  CHECK_FALSE(store.allows("User:b", "10.0.0.3", acl_operation::read, acl_resource::topic, "x"));
}

TEST_CASE("filters find literally or what concerns a name") {
  acl_store store;
  store.add(rule(acl_operation::read));
  store.add(rule(acl_operation::read, acl_permission::allow, "*"));
  store.add(rule(acl_operation::read, acl_permission::deny, "t", acl_pattern::prefixed));
  acl_filter filter;
  CHECK(store.find(filter).size() == 3);
  filter.name = "topic";
  CHECK(store.find(filter).empty());
  filter.pattern = acl_pattern::match;
  CHECK(store.find(filter).size() == 2);
  filter.permission = acl_permission::deny;
  CHECK(store.find(filter).size() == 1);
  filter = {};
  filter.operation = acl_operation::write;
  CHECK(store.find(filter).empty());
  filter = {};
  filter.principal = "User:b";
  CHECK(store.find(filter).empty());
}

TEST_CASE("rules that cannot be") {
  CHECK(is_valid(rule(acl_operation::read)));
  CHECK_FALSE(is_valid(rule(acl_operation::any)));
  CHECK_FALSE(is_valid(rule(acl_operation::read, acl_permission::any)));
  CHECK_FALSE(is_valid(rule(acl_operation::read, acl_permission::allow, "t", acl_pattern::match)));
  CHECK_FALSE(is_valid(rule(acl_operation::read, acl_permission::allow, "")));
  auto wrong = rule(acl_operation::read);
  wrong.principal = "a";
  CHECK_FALSE(is_valid(wrong));
  wrong = rule(acl_operation::alter);
  wrong.type = acl_resource::cluster;
  CHECK_FALSE(is_valid(wrong));
  wrong.name = cluster_resource;
  CHECK(is_valid(wrong));
}

}  // namespace
}  // namespace kwire::embedded
