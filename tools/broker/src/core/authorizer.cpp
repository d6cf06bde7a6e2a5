#include "core/authorizer.hpp"

#include <algorithm>
#include <kwire/protocol/messages/alter_configs.hpp>
#include <kwire/protocol/messages/consumer_group_describe.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/create_topics.hpp>
#include <kwire/protocol/messages/delete_groups.hpp>
#include <kwire/protocol/messages/delete_topics.hpp>
#include <kwire/protocol/messages/describe_configs.hpp>
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/incremental_alter_configs.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_delete.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/messages/share_acknowledge.hpp>
#include <kwire/protocol/messages/share_fetch.hpp>
#include <kwire/protocol/messages/share_group_describe.hpp>
#include <kwire/protocol/messages/share_group_heartbeat.hpp>
#include <kwire/protocol/messages/sync_group.hpp>

namespace kwire::embedded {
namespace {

using enum acl_operation;

/// Asks the rules for one request; the first refusal stays.
class checker {
 public:
  checker(broker_core& core, const request& what) : core_(core), what_(what) {}

  broker_errc verdict() const noexcept { return verdict_; }
  std::int16_t version() const noexcept { return what_.token.version; }

  bool may(acl_operation how, acl_resource type, std::string_view name) const {
    return core_.admin().acls.allows(what_.client->principal, what_.client->host, how, type, name);
  }
  void topic(acl_operation how, std::string_view name) {
    need(may(how, acl_resource::topic, name), broker_errc::topic_authorization_failed);
  }
  /// What does not exist is refused as such, by who serves the request.
  void topic(acl_operation how, const uuid& id) {
    if (const auto* known = core_.state().find(id)) topic(how, known->name);
  }
  void topic(acl_operation how, std::string_view name, const uuid& id) {
    if (id.is_zero()) {
      topic(how, name);
    } else {
      topic(how, id);
    }
  }
  void group(acl_operation how, std::string_view id) {
    need(may(how, acl_resource::group, id), broker_errc::group_authorization_failed);
  }
  void transaction(acl_operation how, std::string_view id) {
    need(may(how, acl_resource::transactional_id, id), broker_errc::transactional_id_authorization_failed);
  }
  void cluster(acl_operation how) {
    need(may(how, acl_resource::cluster, cluster_resource), broker_errc::cluster_authorization_failed);
  }
  void need(bool allowed, broker_errc otherwise) {
    if (!allowed && verdict_ == broker_errc::none) verdict_ = otherwise;
  }
  bool writes_anywhere() const {
    const auto& topics = core_.state().topics();
    return std::ranges::any_of(topics,
                               [&](const auto& one) { return may(write, acl_resource::topic, one.first); });
  }

 private:
  broker_core& core_;
  const request& what_;
  broker_errc verdict_ = broker_errc::none;
};

void check(checker& c, const protocol::produce_request& r) {
  if (r.transactional_id) c.transaction(write, *r.transactional_id);
  for (const auto& topic : r.topic_data) c.topic(write, topic.name, topic.topic_id);
}
void check(checker& c, const protocol::fetch_request& r) {
  for (const auto& topic : r.topics) c.topic(read, topic.name, topic.topic_id);
}
void check(checker& c, const protocol::list_offsets_request& r) {
  for (const auto& topic : r.topics) c.topic(describe, topic.name);
}
void check(checker& c, const protocol::metadata_request& r) {
  if (!r.topics) return;
  for (const auto& topic : *r.topics) c.topic(describe, topic.name.value_or(""), topic.topic_id);
}
void check(checker& c, const protocol::offset_commit_request& r) {
  c.group(read, r.group_id);
  for (const auto& topic : r.topics) c.topic(read, topic.name, topic.topic_id);
}
void check(checker& c, const protocol::offset_fetch_request& r) {
  constexpr std::int16_t first_with_many = 8;
  if (c.version() < first_with_many) c.group(describe, r.group_id);
  for (const auto& group : r.groups) c.group(describe, group.group_id);
}
void check(checker& c, const protocol::find_coordinator_request& r) {
  constexpr std::int8_t transaction = 1;
  auto keys = r.coordinator_keys;
  if (keys.empty()) keys.push_back(r.key);
  for (const auto& key : keys) {
    if (r.key_type == transaction) c.transaction(describe, key);
    if (r.key_type == 0) c.group(describe, key);
  }
}
void check(checker& c, const protocol::init_producer_id_request& r) {
  if (r.transactional_id) return c.transaction(write, *r.transactional_id);
  if (!c.writes_anywhere()) c.cluster(idempotent_write);
}
void check(checker& c, const protocol::create_topics_request& r) {
  if (c.may(create, acl_resource::cluster, cluster_resource)) return;
  for (const auto& topic : r.topics) c.topic(create, topic.name);
}
void check(checker& c, const protocol::delete_topics_request& r) {
  for (const auto& name : r.topic_names) c.topic(remove, name);
  for (const auto& topic : r.topics) c.topic(remove, topic.name.value_or(""), topic.topic_id);
}
template <class Request>
void check_resources(checker& c, const Request& r, acl_operation how) {
  constexpr std::int8_t topic = 2;
  constexpr std::int8_t group = 32;
  for (const auto& resource : r.resources) {
    if (resource.resource_type == topic) {
      c.topic(how, resource.resource_name);
    } else if (resource.resource_type == group) {
      c.group(how, resource.resource_name);
    } else {
      c.cluster(how);
    }
  }
}
template <class Request>
void check_topics_of_group(checker& c, const Request& r) {
  if (r.group_id) c.group(read, *r.group_id);
  for (const auto& topic : r.topics) c.topic(read, topic.topic_id);
}

template <class Request, class Check>
void with(checker& c, const request& what, Check&& then) {
  Request decoded;
  if (protocol::decode(decoded, what.token.version, what.body)) then(c, decoded);
}
template <class Request>
void plain(checker& c, const request& what) {
  with<Request>(c, what, [](checker& to, const Request& r) { check(to, r); });
}
template <class Request>
void members(checker& c, const request& what) {
  with<Request>(c, what, [](checker& to, const Request& r) { to.group(read, r.group_id); });
}

void check_data(checker& c, const request& what) {
  switch (what.token.key) {
    case api::produce: return plain<protocol::produce_request>(c, what);
    case api::fetch: return plain<protocol::fetch_request>(c, what);
    case api::list_offsets: return plain<protocol::list_offsets_request>(c, what);
    case api::metadata: return plain<protocol::metadata_request>(c, what);
    case api::init_producer_id: return plain<protocol::init_producer_id_request>(c, what);
    case api::share_fetch:
      return with<protocol::share_fetch_request>(
          c, what, [](auto& to, const auto& r) { check_topics_of_group(to, r); });
    case api::share_acknowledge:
      return with<protocol::share_acknowledge_request>(
          c, what, [](auto& to, const auto& r) { check_topics_of_group(to, r); });
    default: return;
  }
}

void check_groups(checker& c, const request& what) {
  const auto described = [](auto& to, const auto& ids) {
    for (const auto& id : ids) to.group(describe, id);
  };
  switch (what.token.key) {
    case api::offset_commit: return plain<protocol::offset_commit_request>(c, what);
    case api::offset_fetch: return plain<protocol::offset_fetch_request>(c, what);
    case api::find_coordinator: return plain<protocol::find_coordinator_request>(c, what);
    case api::join_group: return members<protocol::join_group_request>(c, what);
    case api::sync_group: return members<protocol::sync_group_request>(c, what);
    case api::heartbeat: return members<protocol::heartbeat_request>(c, what);
    case api::leave_group: return members<protocol::leave_group_request>(c, what);
    case api::consumer_group_heartbeat: return members<protocol::consumer_group_heartbeat_request>(c, what);
    case api::share_group_heartbeat: return members<protocol::share_group_heartbeat_request>(c, what);
    case api::describe_groups:
      return with<protocol::describe_groups_request>(
          c, what, [&](auto& to, const auto& r) { described(to, r.groups); });
    case api::consumer_group_describe:
      return with<protocol::consumer_group_describe_request>(
          c, what, [&](auto& to, const auto& r) { described(to, r.group_ids); });
    case api::share_group_describe:
      return with<protocol::share_group_describe_request>(
          c, what, [&](auto& to, const auto& r) { described(to, r.group_ids); });
    case api::delete_groups:
      return with<protocol::delete_groups_request>(c, what, [](auto& to, const auto& r) {
        for (const auto& id : r.groups_names) to.group(remove, id);
      });
    case api::offset_delete:
      return with<protocol::offset_delete_request>(
          c, what, [](auto& to, const auto& r) { to.group(remove, r.group_id); });
    case api::list_groups: return c.cluster(describe);
    default: return;
  }
}

void check_administration(checker& c, const request& what) {
  switch (what.token.key) {
    case api::create_topics: return plain<protocol::create_topics_request>(c, what);
    case api::delete_topics: return plain<protocol::delete_topics_request>(c, what);
    case api::describe_configs:
      return with<protocol::describe_configs_request>(
          c, what, [](auto& to, const auto& r) { check_resources(to, r, describe_configs); });
    case api::alter_configs:
      return with<protocol::alter_configs_request>(
          c, what, [](auto& to, const auto& r) { check_resources(to, r, alter_configs); });
    case api::incremental_alter_configs:
      return with<protocol::incremental_alter_configs_request>(
          c, what, [](auto& to, const auto& r) { check_resources(to, r, alter_configs); });
    case api::describe_acls:
    case api::describe_user_scram_credentials: return c.cluster(describe);
    case api::create_acls:
    case api::delete_acls:
    case api::alter_user_scram_credentials: return c.cluster(alter);
    case api::describe_client_quotas:
    case api::list_config_resources: return c.cluster(describe_configs);
    case api::alter_client_quotas: return c.cluster(alter_configs);
    default: return;
  }
}

}  // namespace

broker_errc authorize(broker_core& core, const request& what) {
  const auto& super = core.options().super_users;
  if (std::ranges::find(super, what.client->principal) != super.end()) return broker_errc::none;
  checker c{core, what};
  check_data(c, what);
  check_groups(c, what);
  check_administration(c, what);
  return c.verdict();
}

}  // namespace kwire::embedded
