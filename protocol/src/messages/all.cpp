#include <algorithm>
#include <array>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/messages/add_offsets_to_txn.hpp>
#include <kwire/protocol/messages/add_partitions_to_txn.hpp>
#include <kwire/protocol/messages/add_raft_voter.hpp>
#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/messages/allocate_producer_ids.hpp>
#include <kwire/protocol/messages/alter_client_quotas.hpp>
#include <kwire/protocol/messages/alter_configs.hpp>
#include <kwire/protocol/messages/alter_partition.hpp>
#include <kwire/protocol/messages/alter_partition_reassignments.hpp>
#include <kwire/protocol/messages/alter_replica_log_dirs.hpp>
#include <kwire/protocol/messages/alter_share_group_offsets.hpp>
#include <kwire/protocol/messages/alter_user_scram_credentials.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/assign_replicas_to_dirs.hpp>
#include <kwire/protocol/messages/begin_quorum_epoch.hpp>
#include <kwire/protocol/messages/broker_heartbeat.hpp>
#include <kwire/protocol/messages/broker_registration.hpp>
#include <kwire/protocol/messages/consumer_group_describe.hpp>
#include <kwire/protocol/messages/consumer_group_heartbeat.hpp>
#include <kwire/protocol/messages/consumer_protocol.hpp>
#include <kwire/protocol/messages/controlled_shutdown.hpp>
#include <kwire/protocol/messages/controller_registration.hpp>
#include <kwire/protocol/messages/create_acls.hpp>
#include <kwire/protocol/messages/create_delegation_token.hpp>
#include <kwire/protocol/messages/create_partitions.hpp>
#include <kwire/protocol/messages/create_topics.hpp>
#include <kwire/protocol/messages/delete_acls.hpp>
#include <kwire/protocol/messages/delete_groups.hpp>
#include <kwire/protocol/messages/delete_records.hpp>
#include <kwire/protocol/messages/delete_share_group_offsets.hpp>
#include <kwire/protocol/messages/delete_share_group_state.hpp>
#include <kwire/protocol/messages/delete_topics.hpp>
#include <kwire/protocol/messages/describe_acls.hpp>
#include <kwire/protocol/messages/describe_client_quotas.hpp>
#include <kwire/protocol/messages/describe_cluster.hpp>
#include <kwire/protocol/messages/describe_configs.hpp>
#include <kwire/protocol/messages/describe_delegation_token.hpp>
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/describe_log_dirs.hpp>
#include <kwire/protocol/messages/describe_producers.hpp>
#include <kwire/protocol/messages/describe_quorum.hpp>
#include <kwire/protocol/messages/describe_share_group_offsets.hpp>
#include <kwire/protocol/messages/describe_topic_partitions.hpp>
#include <kwire/protocol/messages/describe_transactions.hpp>
#include <kwire/protocol/messages/describe_user_scram_credentials.hpp>
#include <kwire/protocol/messages/elect_leaders.hpp>
#include <kwire/protocol/messages/end_quorum_epoch.hpp>
#include <kwire/protocol/messages/end_txn.hpp>
#include <kwire/protocol/messages/envelope.hpp>
#include <kwire/protocol/messages/expire_delegation_token.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/fetch_snapshot.hpp>
#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/get_telemetry_subscriptions.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/incremental_alter_configs.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/initialize_share_group_state.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leader_and_isr.hpp>
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
#include <kwire/protocol/messages/read_share_group_state.hpp>
#include <kwire/protocol/messages/read_share_group_state_summary.hpp>
#include <kwire/protocol/messages/remove_raft_voter.hpp>
#include <kwire/protocol/messages/renew_delegation_token.hpp>
#include <kwire/protocol/messages/sasl_authenticate.hpp>
#include <kwire/protocol/messages/sasl_handshake.hpp>
#include <kwire/protocol/messages/share_acknowledge.hpp>
#include <kwire/protocol/messages/share_fetch.hpp>
#include <kwire/protocol/messages/share_group_describe.hpp>
#include <kwire/protocol/messages/share_group_heartbeat.hpp>
#include <kwire/protocol/messages/stop_replica.hpp>
#include <kwire/protocol/messages/stored/consumer_group.hpp>
#include <kwire/protocol/messages/stored/control_records.hpp>
#include <kwire/protocol/messages/stored/default_principal.hpp>
#include <kwire/protocol/messages/stored/group_metadata.hpp>
#include <kwire/protocol/messages/stored/share_group.hpp>
#include <kwire/protocol/messages/stored/share_state.hpp>
#include <kwire/protocol/messages/stored/sticky_assignor.hpp>
#include <kwire/protocol/messages/stored/streams_group.hpp>
#include <kwire/protocol/messages/stored/transactions.hpp>
#include <kwire/protocol/messages/streams_group_describe.hpp>
#include <kwire/protocol/messages/streams_group_heartbeat.hpp>
#include <kwire/protocol/messages/streams_group_topology_description_update.hpp>
#include <kwire/protocol/messages/sync_group.hpp>
#include <kwire/protocol/messages/txn_offset_commit.hpp>
#include <kwire/protocol/messages/unregister_broker.hpp>
#include <kwire/protocol/messages/unregister_controller.hpp>
#include <kwire/protocol/messages/update_features.hpp>
#include <kwire/protocol/messages/update_metadata.hpp>
#include <kwire/protocol/messages/update_raft_voter.hpp>
#include <kwire/protocol/messages/vote.hpp>
#include <kwire/protocol/messages/write_share_group_state.hpp>
#include <kwire/protocol/messages/write_txn_markers.hpp>

namespace kwire::protocol {
namespace {

template <class M>
constexpr message_entry entry() {
  const api_facts* facts = nullptr;
  if constexpr (requires { M::facts; }) facts = &M::facts;
  return {&M::info, &any_message::of<M>, facts};
}

constexpr std::array messages = {
    entry<produce_request>(),
    entry<produce_response>(),
    entry<fetch_request>(),
    entry<fetch_response>(),
    entry<list_offsets_request>(),
    entry<list_offsets_response>(),
    entry<metadata_request>(),
    entry<metadata_response>(),
    entry<leader_and_isr_request>(),
    entry<leader_and_isr_response>(),
    entry<stop_replica_request>(),
    entry<stop_replica_response>(),
    entry<update_metadata_request>(),
    entry<update_metadata_response>(),
    entry<controlled_shutdown_request>(),
    entry<controlled_shutdown_response>(),
    entry<offset_commit_request>(),
    entry<offset_commit_response>(),
    entry<offset_fetch_request>(),
    entry<offset_fetch_response>(),
    entry<find_coordinator_request>(),
    entry<find_coordinator_response>(),
    entry<join_group_request>(),
    entry<join_group_response>(),
    entry<heartbeat_request>(),
    entry<heartbeat_response>(),
    entry<leave_group_request>(),
    entry<leave_group_response>(),
    entry<sync_group_request>(),
    entry<sync_group_response>(),
    entry<describe_groups_request>(),
    entry<describe_groups_response>(),
    entry<list_groups_request>(),
    entry<list_groups_response>(),
    entry<sasl_handshake_request>(),
    entry<sasl_handshake_response>(),
    entry<api_versions_request>(),
    entry<api_versions_response>(),
    entry<create_topics_request>(),
    entry<create_topics_response>(),
    entry<delete_topics_request>(),
    entry<delete_topics_response>(),
    entry<delete_records_request>(),
    entry<delete_records_response>(),
    entry<init_producer_id_request>(),
    entry<init_producer_id_response>(),
    entry<offset_for_leader_epoch_request>(),
    entry<offset_for_leader_epoch_response>(),
    entry<add_partitions_to_txn_request>(),
    entry<add_partitions_to_txn_response>(),
    entry<add_offsets_to_txn_request>(),
    entry<add_offsets_to_txn_response>(),
    entry<end_txn_request>(),
    entry<end_txn_response>(),
    entry<write_txn_markers_request>(),
    entry<write_txn_markers_response>(),
    entry<txn_offset_commit_request>(),
    entry<txn_offset_commit_response>(),
    entry<describe_acls_request>(),
    entry<describe_acls_response>(),
    entry<create_acls_request>(),
    entry<create_acls_response>(),
    entry<delete_acls_request>(),
    entry<delete_acls_response>(),
    entry<describe_configs_request>(),
    entry<describe_configs_response>(),
    entry<alter_configs_request>(),
    entry<alter_configs_response>(),
    entry<alter_replica_log_dirs_request>(),
    entry<alter_replica_log_dirs_response>(),
    entry<describe_log_dirs_request>(),
    entry<describe_log_dirs_response>(),
    entry<sasl_authenticate_request>(),
    entry<sasl_authenticate_response>(),
    entry<create_partitions_request>(),
    entry<create_partitions_response>(),
    entry<create_delegation_token_request>(),
    entry<create_delegation_token_response>(),
    entry<renew_delegation_token_request>(),
    entry<renew_delegation_token_response>(),
    entry<expire_delegation_token_request>(),
    entry<expire_delegation_token_response>(),
    entry<describe_delegation_token_request>(),
    entry<describe_delegation_token_response>(),
    entry<delete_groups_request>(),
    entry<delete_groups_response>(),
    entry<elect_leaders_request>(),
    entry<elect_leaders_response>(),
    entry<incremental_alter_configs_request>(),
    entry<incremental_alter_configs_response>(),
    entry<alter_partition_reassignments_request>(),
    entry<alter_partition_reassignments_response>(),
    entry<list_partition_reassignments_request>(),
    entry<list_partition_reassignments_response>(),
    entry<offset_delete_request>(),
    entry<offset_delete_response>(),
    entry<describe_client_quotas_request>(),
    entry<describe_client_quotas_response>(),
    entry<alter_client_quotas_request>(),
    entry<alter_client_quotas_response>(),
    entry<describe_user_scram_credentials_request>(),
    entry<describe_user_scram_credentials_response>(),
    entry<alter_user_scram_credentials_request>(),
    entry<alter_user_scram_credentials_response>(),
    entry<vote_request>(),
    entry<vote_response>(),
    entry<begin_quorum_epoch_request>(),
    entry<begin_quorum_epoch_response>(),
    entry<end_quorum_epoch_request>(),
    entry<end_quorum_epoch_response>(),
    entry<describe_quorum_request>(),
    entry<describe_quorum_response>(),
    entry<alter_partition_request>(),
    entry<alter_partition_response>(),
    entry<update_features_request>(),
    entry<update_features_response>(),
    entry<envelope_request>(),
    entry<envelope_response>(),
    entry<fetch_snapshot_request>(),
    entry<fetch_snapshot_response>(),
    entry<describe_cluster_request>(),
    entry<describe_cluster_response>(),
    entry<describe_producers_request>(),
    entry<describe_producers_response>(),
    entry<broker_registration_request>(),
    entry<broker_registration_response>(),
    entry<broker_heartbeat_request>(),
    entry<broker_heartbeat_response>(),
    entry<unregister_broker_request>(),
    entry<unregister_broker_response>(),
    entry<describe_transactions_request>(),
    entry<describe_transactions_response>(),
    entry<list_transactions_request>(),
    entry<list_transactions_response>(),
    entry<allocate_producer_ids_request>(),
    entry<allocate_producer_ids_response>(),
    entry<consumer_group_heartbeat_request>(),
    entry<consumer_group_heartbeat_response>(),
    entry<consumer_group_describe_request>(),
    entry<consumer_group_describe_response>(),
    entry<controller_registration_request>(),
    entry<controller_registration_response>(),
    entry<get_telemetry_subscriptions_request>(),
    entry<get_telemetry_subscriptions_response>(),
    entry<push_telemetry_request>(),
    entry<push_telemetry_response>(),
    entry<assign_replicas_to_dirs_request>(),
    entry<assign_replicas_to_dirs_response>(),
    entry<list_config_resources_request>(),
    entry<list_config_resources_response>(),
    entry<describe_topic_partitions_request>(),
    entry<describe_topic_partitions_response>(),
    entry<share_group_heartbeat_request>(),
    entry<share_group_heartbeat_response>(),
    entry<share_group_describe_request>(),
    entry<share_group_describe_response>(),
    entry<share_fetch_request>(),
    entry<share_fetch_response>(),
    entry<share_acknowledge_request>(),
    entry<share_acknowledge_response>(),
    entry<add_raft_voter_request>(),
    entry<add_raft_voter_response>(),
    entry<remove_raft_voter_request>(),
    entry<remove_raft_voter_response>(),
    entry<update_raft_voter_request>(),
    entry<update_raft_voter_response>(),
    entry<initialize_share_group_state_request>(),
    entry<initialize_share_group_state_response>(),
    entry<read_share_group_state_request>(),
    entry<read_share_group_state_response>(),
    entry<write_share_group_state_request>(),
    entry<write_share_group_state_response>(),
    entry<delete_share_group_state_request>(),
    entry<delete_share_group_state_response>(),
    entry<read_share_group_state_summary_request>(),
    entry<read_share_group_state_summary_response>(),
    entry<streams_group_heartbeat_request>(),
    entry<streams_group_heartbeat_response>(),
    entry<streams_group_describe_request>(),
    entry<streams_group_describe_response>(),
    entry<describe_share_group_offsets_request>(),
    entry<describe_share_group_offsets_response>(),
    entry<alter_share_group_offsets_request>(),
    entry<alter_share_group_offsets_response>(),
    entry<delete_share_group_offsets_request>(),
    entry<delete_share_group_offsets_response>(),
    entry<streams_group_topology_description_update_request>(),
    entry<streams_group_topology_description_update_response>(),
    entry<unregister_controller_request>(),
    entry<unregister_controller_response>(),
    entry<consumer_protocol_subscription>(),
    entry<consumer_protocol_assignment>(),
    entry<sticky_assignor_user_data>(),
    entry<cooperative_sticky_assignor_user_data>(),
    entry<legacy_offset_commit_key>(),
    entry<legacy_offset_commit_value>(),
    entry<offset_commit_key>(),
    entry<offset_commit_value>(),
    entry<group_metadata_key>(),
    entry<group_metadata_value>(),
    entry<consumer_group_metadata_key>(),
    entry<consumer_group_metadata_value>(),
    entry<consumer_group_partition_metadata_key>(),
    entry<consumer_group_partition_metadata_value>(),
    entry<consumer_group_member_metadata_key>(),
    entry<consumer_group_member_metadata_value>(),
    entry<consumer_group_target_assignment_metadata_key>(),
    entry<consumer_group_target_assignment_metadata_value>(),
    entry<consumer_group_target_assignment_member_key>(),
    entry<consumer_group_target_assignment_member_value>(),
    entry<consumer_group_current_member_assignment_key>(),
    entry<consumer_group_current_member_assignment_value>(),
    entry<consumer_group_regular_expression_key>(),
    entry<consumer_group_regular_expression_value>(),
    entry<share_group_member_metadata_key>(),
    entry<share_group_member_metadata_value>(),
    entry<share_group_metadata_key>(),
    entry<share_group_metadata_value>(),
    entry<share_group_target_assignment_metadata_key>(),
    entry<share_group_target_assignment_metadata_value>(),
    entry<share_group_target_assignment_member_key>(),
    entry<share_group_target_assignment_member_value>(),
    entry<share_group_current_member_assignment_key>(),
    entry<share_group_current_member_assignment_value>(),
    entry<share_group_state_partition_metadata_key>(),
    entry<share_group_state_partition_metadata_value>(),
    entry<streams_group_metadata_key>(),
    entry<streams_group_metadata_value>(),
    entry<streams_group_member_metadata_key>(),
    entry<streams_group_member_metadata_value>(),
    entry<streams_group_target_assignment_metadata_key>(),
    entry<streams_group_target_assignment_metadata_value>(),
    entry<streams_group_target_assignment_member_key>(),
    entry<streams_group_target_assignment_member_value>(),
    entry<streams_group_current_member_assignment_key>(),
    entry<streams_group_current_member_assignment_value>(),
    entry<streams_group_topology_key>(),
    entry<streams_group_topology_value>(),
    entry<transaction_log_key>(),
    entry<transaction_log_value>(),
    entry<aborted_txn>(),
    entry<share_snapshot_key>(),
    entry<share_snapshot_value>(),
    entry<share_update_key>(),
    entry<share_update_value>(),
    entry<control_record_type_schema>(),
    entry<end_txn_marker>(),
    entry<leader_change_message>(),
    entry<snapshot_header_record>(),
    entry<snapshot_footer_record>(),
    entry<kraft_version_record>(),
    entry<voters_record>(),
    entry<default_principal_data>(),
    entry<request_header>(),
    entry<response_header>(),
};

template <class Wanted>
const message_entry* first(Wanted wanted) noexcept {
  const auto found = std::ranges::find_if(messages, wanted);
  return found == messages.end() ? nullptr : &*found;
}

}  // namespace

std::span<const message_entry> all_messages() noexcept { return messages; }

const message_entry* find_message(api key, direction way) noexcept {
  return first([=](const message_entry& line) { return line.info->key == key && line.info->way == way; });
}

const message_entry* find_message(const record_half& half) noexcept {
  if (half.log == coordinator_log::none) return nullptr;
  return first([&](const message_entry& line) { return line.info->half == half; });
}

const message_entry* find_message(std::string_view name) noexcept {
  return first([=](const message_entry& line) { return line.info->name == name; });
}

}  // namespace kwire::protocol
