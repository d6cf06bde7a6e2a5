#include "core/handlers.hpp"

#include <algorithm>
#include <array>
#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/alter_client_quotas.hpp>
#include <kwire/protocol/messages/alter_configs.hpp>
#include <kwire/protocol/messages/alter_partition_reassignments.hpp>
#include <kwire/protocol/messages/alter_share_group_offsets.hpp>
#include <kwire/protocol/messages/alter_user_scram_credentials.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/consumer_group_describe.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/create_acls.hpp>
#include <kwire/protocol/messages/create_partitions.hpp>
#include <kwire/protocol/messages/create_topics.hpp>
#include <kwire/protocol/messages/delete_acls.hpp>
#include <kwire/protocol/messages/delete_groups.hpp>
#include <kwire/protocol/messages/delete_records.hpp>
#include <kwire/protocol/messages/delete_share_group_offsets.hpp>
#include <kwire/protocol/messages/delete_topics.hpp>
#include <kwire/protocol/messages/describe_acls.hpp>
#include <kwire/protocol/messages/describe_client_quotas.hpp>
#include <kwire/protocol/messages/describe_cluster.hpp>
#include <kwire/protocol/messages/describe_configs.hpp>
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/describe_log_dirs.hpp>
#include <kwire/protocol/messages/describe_producers.hpp>
#include <kwire/protocol/messages/describe_share_group_offsets.hpp>
#include <kwire/protocol/messages/describe_topic_partitions.hpp>
#include <kwire/protocol/messages/describe_transactions.hpp>
#include <kwire/protocol/messages/describe_user_scram_credentials.hpp>
#include <kwire/protocol/messages/elect_leaders.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/get_telemetry_subscriptions.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/incremental_alter_configs.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/list_config_resources.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/list_partition_reassignments.hpp>
#include <kwire/protocol/messages/list_transactions.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_delete.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <kwire/protocol/messages/offset_for_leader_epoch.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/messages/push_telemetry.hpp>
#include <kwire/protocol/messages/sasl_authenticate.hpp>
#include <kwire/protocol/messages/sasl_handshake.hpp>
#include <kwire/protocol/messages/share_acknowledge.hpp>
#include <kwire/protocol/messages/share_fetch.hpp>
#include <kwire/protocol/messages/share_group_describe.hpp>
#include <kwire/protocol/messages/share_group_heartbeat.hpp>
#include <kwire/protocol/messages/sync_group.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>
#include <kwire/protocol/messages/write_txn_markers.hpp>

namespace kwire::embedded {
namespace {

template <class M>
constexpr api_entry entry(void (*serve)(broker_core&, const request&), std::int16_t most = INT16_MAX) {
  return {&M::response::info, &M::facts, intersect(M::info.stable(), {0, most}), serve};
}

// Old versions that Kafka 4 has dropped stay in: clients that still need them find a broker here.
constexpr std::array table = {
    entry<protocol::produce_request>(serve_produce),
    entry<protocol::fetch_request>(serve_fetch),
    entry<protocol::list_offsets_request>(serve_list_offsets),
    entry<protocol::metadata_request>(serve_metadata),
    entry<protocol::offset_commit_request>(serve_offset_commit),
    entry<protocol::offset_fetch_request>(serve_offset_fetch),
    entry<protocol::find_coordinator_request>(serve_find_coordinator),
    entry<protocol::join_group_request>(serve_join_group),
    entry<protocol::heartbeat_request>(serve_heartbeat),
    entry<protocol::leave_group_request>(serve_leave_group),
    entry<protocol::sync_group_request>(serve_sync_group),
    entry<protocol::describe_groups_request>(serve_describe_groups),
    entry<protocol::list_groups_request>(serve_list_groups),
    entry<protocol::api_versions_request>(serve_api_versions),
    entry<protocol::create_topics_request>(serve_create_topics),
    entry<protocol::delete_topics_request>(serve_delete_topics),
    entry<protocol::init_producer_id_request>(serve_init_producer_id),
    entry<protocol::offset_for_leader_epoch_request>(serve_offset_for_leader_epoch),
    entry<protocol::add_partitions_to_txn_request>(serve_add_partitions_to_txn),
    entry<protocol::add_offsets_to_txn_request>(serve_add_offsets_to_txn),
    entry<protocol::end_txn_request>(serve_end_txn),
    entry<protocol::write_txn_markers_request>(serve_write_txn_markers),
    entry<protocol::txn_offset_commit_request>(serve_txn_offset_commit),
    entry<protocol::describe_cluster_request>(serve_describe_cluster),
    entry<protocol::create_partitions_request>(serve_create_partitions),
    entry<protocol::delete_records_request>(serve_delete_records),
    entry<protocol::elect_leaders_request>(serve_elect_leaders),
    entry<protocol::alter_partition_reassignments_request>(serve_alter_partition_reassignments),
    entry<protocol::list_partition_reassignments_request>(serve_list_partition_reassignments),
    entry<protocol::describe_log_dirs_request>(serve_describe_log_dirs),
    entry<protocol::describe_producers_request>(serve_describe_producers),
    entry<protocol::describe_transactions_request>(serve_describe_transactions),
    // Version 2 brings patterns, for which there is no regular expression engine here.
    entry<protocol::list_transactions_request>(serve_list_transactions, 1),
    entry<protocol::describe_configs_request>(serve_describe_configs),
    entry<protocol::delete_groups_request>(serve_delete_groups),
    entry<protocol::offset_delete_request>(serve_offset_delete),
    entry<protocol::consumer_group_heartbeat_request>(serve_consumer_group_heartbeat),
    entry<protocol::consumer_group_describe_request>(serve_consumer_group_describe),
    entry<protocol::alter_share_group_offsets_request>(serve_alter_share_group_offsets),
    entry<protocol::delete_share_group_offsets_request>(serve_delete_share_group_offsets),
    entry<protocol::describe_share_group_offsets_request>(serve_describe_share_group_offsets),
    entry<protocol::share_acknowledge_request>(serve_share_acknowledge),
    entry<protocol::share_fetch_request>(serve_share_fetch),
    entry<protocol::share_group_describe_request>(serve_share_group_describe),
    entry<protocol::share_group_heartbeat_request>(serve_share_group_heartbeat),
    entry<protocol::create_acls_request>(serve_create_acls),
    entry<protocol::describe_acls_request>(serve_describe_acls),
    entry<protocol::delete_acls_request>(serve_delete_acls),
    entry<protocol::incremental_alter_configs_request>(serve_incremental_alter_configs),
    entry<protocol::alter_configs_request>(serve_alter_configs),
    entry<protocol::list_config_resources_request>(serve_list_config_resources),
    entry<protocol::describe_client_quotas_request>(serve_describe_client_quotas),
    entry<protocol::alter_client_quotas_request>(serve_alter_client_quotas),
    entry<protocol::describe_user_scram_credentials_request>(serve_describe_user_scram_credentials),
    entry<protocol::alter_user_scram_credentials_request>(serve_alter_user_scram_credentials),
    entry<protocol::describe_topic_partitions_request>(serve_describe_topic_partitions),
    entry<protocol::get_telemetry_subscriptions_request>(serve_get_telemetry_subscriptions),
    entry<protocol::push_telemetry_request>(serve_push_telemetry),
    entry<protocol::sasl_handshake_request>(serve_sasl_handshake),
    entry<protocol::sasl_authenticate_request>(serve_sasl_authenticate),
};

}  // namespace

std::span<const api_entry> served_apis() noexcept { return table; }

const api_entry* find_api(api key) noexcept {
  const auto found = std::ranges::find(table, key, [](const api_entry& e) { return e.info->key; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace kwire::embedded
