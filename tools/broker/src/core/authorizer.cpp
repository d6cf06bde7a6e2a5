#include "core/authorizer.hpp"

#include <algorithm>
#include <array>
#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/alter_share_group_offsets.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/delete_share_group_offsets.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_delete.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/messages/share_acknowledge.hpp>
#include <kwire/protocol/messages/share_fetch.hpp>
#include <kwire/protocol/messages/share_group_heartbeat.hpp>
#include <kwire/protocol/messages/sync_group.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>

namespace kwire::embedded {
namespace {

using enum acl_operation;

broker_errc denial_of(acl_resource type) {
  switch (type) {
    case acl_resource::topic: return broker_errc::topic_authorization_failed;
    case acl_resource::group: return broker_errc::group_authorization_failed;
    case acl_resource::transactional_id: return broker_errc::transactional_id_authorization_failed;
    default: return broker_errc::cluster_authorization_failed;
  }
}

/// Asks the rules for one request; the first refusal stays.
class checker {
 public:
  checker(const broker_core& core, const request& what) : core_(core), what_(what) {}

  broker_errc verdict() const noexcept { return verdict_; }

  bool may(acl_operation how, acl_resource type, std::string_view name) const {
    return embedded::may(core_, what_.token.connection, how, type, name);
  }
  void group(acl_operation how, std::string_view id) { need(how, acl_resource::group, id); }
  void topic(acl_operation how, std::string_view name) { need(how, acl_resource::topic, name); }
  void transaction(acl_operation how, std::string_view id) { need(how, acl_resource::transactional_id, id); }
  void cluster(acl_operation how) { need(how, acl_resource::cluster, cluster_resource); }
  /// Who may write to any topic that there is, or may be, may have a producer id.
  void producer() {
    acl_filter of_topics;
    of_topics.type = acl_resource::topic;
    of_topics.permission = acl_permission::allow;
    const auto rules = core_.admin().acls.find(of_topics);
    const bool writes = std::ranges::any_of(
        rules, [&](const auto& rule) { return may(write, acl_resource::topic, rule.name); });
    if (!writes) cluster(idempotent_write);
  }

 private:
  void need(acl_operation how, acl_resource type, std::string_view name) {
    if (verdict_ == broker_errc::none && !may(how, type, name)) verdict_ = denial_of(type);
  }

  const broker_core& core_;
  const request& what_;
  broker_errc verdict_ = broker_errc::none;
};

template <class Request, class Check>
void with(checker& c, const request& what, Check&& then) {
  Request decoded;
  if (decode_body(what, protocol::ref(decoded))) then(c, decoded);
}

/// A request of one group.
template <class Request>
void group_of(checker& c, const request& what, acl_operation how) {
  with<Request>(c, what, [how](checker& to, const Request& r) {
    if constexpr (requires { r.group_id->size(); }) {
      if (r.group_id) to.group(how, *r.group_id);
    } else {
      to.group(how, r.group_id);
    }
  });
}

/// A heartbeat tells of topics, too.
template <class Request>
void member_of(checker& c, const request& what) {
  with<Request>(c, what, [](checker& to, const Request& r) {
    to.group(read, r.group_id);
    if (!r.subscribed_topic_names) return;
    for (const auto& name : *r.subscribed_topic_names) to.topic(describe, name);
  });
}

void check_groups(checker& c, const request& what) {
  switch (what.token.key) {
    case api::join_group: return group_of<protocol::join_group_request>(c, what, read);
    case api::sync_group: return group_of<protocol::sync_group_request>(c, what, read);
    case api::heartbeat: return group_of<protocol::heartbeat_request>(c, what, read);
    case api::leave_group: return group_of<protocol::leave_group_request>(c, what, read);
    case api::offset_commit: return group_of<protocol::offset_commit_request>(c, what, read);
    case api::offset_delete: return group_of<protocol::offset_delete_request>(c, what, remove);
    case api::share_fetch: return group_of<protocol::share_fetch_request>(c, what, read);
    case api::share_acknowledge: return group_of<protocol::share_acknowledge_request>(c, what, read);
    case api::alter_share_group_offsets:
      return group_of<protocol::alter_share_group_offsets_request>(c, what, read);
    case api::delete_share_group_offsets:
      return group_of<protocol::delete_share_group_offsets_request>(c, what, remove);
    case api::consumer_group_heartbeat: return member_of<protocol::consumer_group_heartbeat_request>(c, what);
    case api::share_group_heartbeat: return member_of<protocol::share_group_heartbeat_request>(c, what);
    default: return;
  }
}

void check_transactions(checker& c, const request& what) {
  switch (what.token.key) {
    case api::produce:
      return with<protocol::produce_request>(c, what, [](auto& to, const auto& r) {
        if (r.transactional_id) to.transaction(write, *r.transactional_id);
      });
    case api::init_producer_id:
      return with<protocol::init_producer_id_request>(c, what, [](auto& to, const auto& r) {
        if (r.transactional_id) return to.transaction(write, *r.transactional_id);
        to.producer();
      });
    case api::add_offsets_to_txn:
      return with<protocol::add_offsets_to_txn_request>(c, what, [](auto& to, const auto& r) {
        to.transaction(write, r.transactional_id);
        to.group(read, r.group_id);
      });
    case api::txn_offset_commit:
      return with<protocol::txn_offset_commit_request>(c, what, [](auto& to, const auto& r) {
        to.transaction(write, r.transactional_id);
        to.group(read, r.group_id);
      });
    case api::end_txn:
      return with<protocol::end_txn_request>(
          c, what, [](auto& to, const auto& r) { to.transaction(write, r.transactional_id); });
    default: return;
  }
}

void check_administration(checker& c, const request& what) {
  switch (what.token.key) {
    case api::describe_acls:
    case api::describe_log_dirs:
    case api::list_partition_reassignments:
    case api::describe_user_scram_credentials: return c.cluster(describe);
    case api::create_acls:
    case api::delete_acls:
    case api::elect_leaders:
    case api::alter_partition_reassignments:
    case api::write_txn_markers:
    case api::alter_user_scram_credentials: return c.cluster(alter);
    case api::describe_client_quotas:
    case api::list_config_resources: return c.cluster(describe_configs);
    case api::alter_client_quotas: return c.cluster(alter_configs);
    default: return;
  }
}

}  // namespace

bool may(const broker_core& core, connection_id who, acl_operation how, acl_resource type,
         std::string_view name) {
  const auto& options = core.options();
  if (!options.authorize) return true;
  const auto* client = core.client(who);
  if (client == nullptr) return false;
  const auto& super = options.super_users;
  if (std::ranges::find(super, client->principal) != super.end()) return true;
  return core.admin().acls.allows(client->principal, client->host, how, type, name);
}

broker_errc refused(const broker_core& core, const request& what, acl_operation how, acl_resource type,
                    std::string_view name) {
  if (what.injected != broker_errc::none) return what.injected;
  return may(core, what.token.connection, how, type, name) ? broker_errc::none : denial_of(type);
}

broker_errc refused_settings(const broker_core& core, const request& what, acl_operation how,
                             std::int8_t config_type, std::string_view name) {
  constexpr std::int8_t topic = 2;
  constexpr std::int8_t group = 32;
  if (config_type == topic) return refused_topic(core, what, how, name);
  if (config_type == group) return refused_group(core, what, how, name);
  return refused(core, what, how, acl_resource::cluster, cluster_resource);
}

std::int32_t authorized_operations(const broker_core& core, const request& what, acl_resource type,
                                   std::string_view name) {
  static constexpr std::array of_topics{read,  write,    create,           remove,
                                        alter, describe, describe_configs, alter_configs};
  static constexpr std::array of_groups{read, remove, describe, describe_configs, alter_configs};
  static constexpr std::array of_clusters{create,           alter,         describe,        cluster_action,
                                          describe_configs, alter_configs, idempotent_write};
  const auto bits = [&](const auto& operations) {
    std::int32_t set = 0;
    for (const auto how : operations) {
      if (may(core, what.token.connection, how, type, name)) set |= 1 << static_cast<int>(how);
    }
    return set;
  };
  if (type == acl_resource::cluster && !may(core, what.token.connection, describe, type, name)) return 0;
  if (type == acl_resource::topic) return bits(of_topics);
  return type == acl_resource::group ? bits(of_groups) : bits(of_clusters);
}

broker_errc authorize(broker_core& core, const request& what) {
  checker c{core, what};
  check_groups(c, what);
  check_transactions(c, what);
  check_administration(c, what);
  return c.verdict();
}

}  // namespace kwire::embedded
