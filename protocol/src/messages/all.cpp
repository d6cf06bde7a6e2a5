#include <algorithm>
#include <array>
#include <kwire/protocol/messages/add_raft_voter.hpp>
#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/messages/allocate_producer_ids.hpp>
#include <kwire/protocol/messages/alter_partition.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/assign_replicas_to_dirs.hpp>
#include <kwire/protocol/messages/begin_quorum_epoch.hpp>
#include <kwire/protocol/messages/broker_heartbeat.hpp>
#include <kwire/protocol/messages/broker_registration.hpp>
#include <kwire/protocol/messages/consumer_protocol.hpp>
#include <kwire/protocol/messages/controlled_shutdown.hpp>
#include <kwire/protocol/messages/controller_registration.hpp>
#include <kwire/protocol/messages/create_topics.hpp>
#include <kwire/protocol/messages/delete_topics.hpp>
#include <kwire/protocol/messages/describe_cluster.hpp>
#include <kwire/protocol/messages/describe_configs.hpp>
#include <kwire/protocol/messages/describe_groups.hpp>
#include <kwire/protocol/messages/describe_producers.hpp>
#include <kwire/protocol/messages/describe_quorum.hpp>
#include <kwire/protocol/messages/describe_topic_partitions.hpp>
#include <kwire/protocol/messages/describe_transactions.hpp>
#include <kwire/protocol/messages/end_quorum_epoch.hpp>
#include <kwire/protocol/messages/envelope.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/messages/fetch_snapshot.hpp>
#include <kwire/protocol/messages/find_coordinator.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/init_producer_id.hpp>
#include <kwire/protocol/messages/join_group.hpp>
#include <kwire/protocol/messages/leader_and_isr.hpp>
#include <kwire/protocol/messages/leave_group.hpp>
#include <kwire/protocol/messages/list_config_resources.hpp>
#include <kwire/protocol/messages/list_groups.hpp>
#include <kwire/protocol/messages/list_offsets.hpp>
#include <kwire/protocol/messages/list_transactions.hpp>
#include <kwire/protocol/messages/metadata.hpp>
#include <kwire/protocol/messages/offset_commit.hpp>
#include <kwire/protocol/messages/offset_fetch.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <kwire/protocol/messages/remove_raft_voter.hpp>
#include <kwire/protocol/messages/sasl_handshake.hpp>
#include <kwire/protocol/messages/stop_replica.hpp>
#include <kwire/protocol/messages/sync_group.hpp>
#include <kwire/protocol/messages/unregister_broker.hpp>
#include <kwire/protocol/messages/unregister_controller.hpp>
#include <kwire/protocol/messages/update_features.hpp>
#include <kwire/protocol/messages/update_metadata.hpp>
#include <kwire/protocol/messages/update_raft_voter.hpp>
#include <kwire/protocol/messages/vote.hpp>

namespace kwire::protocol {
namespace {

template <class M>
constexpr message_entry entry() {
  return {&M::info, &any_message::of<M>};
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
    entry<init_producer_id_request>(),
    entry<init_producer_id_response>(),
    entry<describe_configs_request>(),
    entry<describe_configs_response>(),
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
    entry<controller_registration_request>(),
    entry<controller_registration_response>(),
    entry<assign_replicas_to_dirs_request>(),
    entry<assign_replicas_to_dirs_response>(),
    entry<list_config_resources_request>(),
    entry<list_config_resources_response>(),
    entry<describe_topic_partitions_request>(),
    entry<describe_topic_partitions_response>(),
    entry<add_raft_voter_request>(),
    entry<add_raft_voter_response>(),
    entry<remove_raft_voter_request>(),
    entry<remove_raft_voter_response>(),
    entry<update_raft_voter_request>(),
    entry<update_raft_voter_response>(),
    entry<unregister_controller_request>(),
    entry<unregister_controller_response>(),
    entry<consumer_protocol_subscription>(),
    entry<consumer_protocol_assignment>(),
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

const message_entry* find_message(std::string_view name) noexcept {
  return first([=](const message_entry& line) { return line.info->name == name; });
}

}  // namespace kwire::protocol
