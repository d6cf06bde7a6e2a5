#pragma once

#include <span>

#include "core/broker_core.hpp"

namespace kwire::embedded {

/// Every API that the broker serves, by key.
std::span<const api_entry> served_apis() noexcept;
const api_entry* find_api(api key) noexcept;

/// Sends what a group has decided, to whoever has waited for it.
void send_group_answer(broker_core& core, const group_answer& answer);

/// Has fetches look again that wait for records of the partition.
void wake(broker_core& core, const share_group::place& where, instant now);
/// Takes back what members held by their sessions on a connection that is gone.
void end_share_sessions(broker_core& core, share_session_cache& sessions, connection_id gone, instant now);

void serve_api_versions(broker_core& core, const request& what);
void serve_metadata(broker_core& core, const request& what);
void serve_describe_cluster(broker_core& core, const request& what);
void serve_produce(broker_core& core, const request& what);
void serve_fetch(broker_core& core, const request& what);
void serve_list_offsets(broker_core& core, const request& what);
void serve_offset_for_leader_epoch(broker_core& core, const request& what);
void serve_find_coordinator(broker_core& core, const request& what);
void serve_init_producer_id(broker_core& core, const request& what);
void serve_add_partitions_to_txn(broker_core& core, const request& what);
void serve_add_offsets_to_txn(broker_core& core, const request& what);
void serve_end_txn(broker_core& core, const request& what);
void serve_write_txn_markers(broker_core& core, const request& what);
void serve_txn_offset_commit(broker_core& core, const request& what);
void serve_describe_producers(broker_core& core, const request& what);
void serve_describe_transactions(broker_core& core, const request& what);
void serve_list_transactions(broker_core& core, const request& what);
void serve_join_group(broker_core& core, const request& what);
void serve_sync_group(broker_core& core, const request& what);
void serve_heartbeat(broker_core& core, const request& what);
void serve_leave_group(broker_core& core, const request& what);
void serve_offset_commit(broker_core& core, const request& what);
void serve_offset_fetch(broker_core& core, const request& what);
void serve_describe_groups(broker_core& core, const request& what);
void serve_consumer_group_heartbeat(broker_core& core, const request& what);
void serve_consumer_group_describe(broker_core& core, const request& what);
void serve_delete_groups(broker_core& core, const request& what);
void serve_offset_delete(broker_core& core, const request& what);
void serve_share_group_heartbeat(broker_core& core, const request& what);
void serve_share_group_describe(broker_core& core, const request& what);
void serve_share_fetch(broker_core& core, const request& what);
void serve_share_acknowledge(broker_core& core, const request& what);
void serve_describe_share_group_offsets(broker_core& core, const request& what);
void serve_alter_share_group_offsets(broker_core& core, const request& what);
void serve_delete_share_group_offsets(broker_core& core, const request& what);
void serve_create_acls(broker_core& core, const request& what);
void serve_describe_acls(broker_core& core, const request& what);
void serve_delete_acls(broker_core& core, const request& what);
void serve_incremental_alter_configs(broker_core& core, const request& what);
void serve_alter_configs(broker_core& core, const request& what);
void serve_list_config_resources(broker_core& core, const request& what);
void serve_describe_client_quotas(broker_core& core, const request& what);
void serve_alter_client_quotas(broker_core& core, const request& what);
void serve_describe_user_scram_credentials(broker_core& core, const request& what);
void serve_alter_user_scram_credentials(broker_core& core, const request& what);
void serve_describe_topic_partitions(broker_core& core, const request& what);
void serve_get_telemetry_subscriptions(broker_core& core, const request& what);
void serve_push_telemetry(broker_core& core, const request& what);
void serve_sasl_handshake(broker_core& core, const request& what);
void serve_sasl_authenticate(broker_core& core, const request& what);
void serve_list_groups(broker_core& core, const request& what);
void serve_create_topics(broker_core& core, const request& what);
void serve_delete_topics(broker_core& core, const request& what);
void serve_create_partitions(broker_core& core, const request& what);
void serve_delete_records(broker_core& core, const request& what);
void serve_elect_leaders(broker_core& core, const request& what);
void serve_alter_partition_reassignments(broker_core& core, const request& what);
void serve_list_partition_reassignments(broker_core& core, const request& what);
void serve_describe_log_dirs(broker_core& core, const request& what);
void serve_describe_configs(broker_core& core, const request& what);

}  // namespace kwire::embedded
