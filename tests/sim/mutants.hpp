#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "options.hpp"

namespace kwire::sim {

/// Mistakes that a client or a broker could make, each made outside of the product: in the application's use
/// of the cores, or in octets on the wire. The checker must notice every one.
enum class mutant : std::uint8_t {
  none,
  // the application's side of the producer
  report_twice,
  report_never,
  claim_not_persisted,
  claim_persisted,
  wrong_offset_told,
  swap_two_records,
  // the application's side of the consumer
  skip_a_record,
  hand_over_twice,
  commit_past_position,
  commit_batch_in_hand,
  commit_backwards,
  deliver_after_revoke,
  keep_what_is_revoked,
  ignore_session_end,
  reset_on_temporary_error,
  alter_a_value,
  // requests on the wire
  drop_sequences,
  append_twice,
  swap_partitions,
  reuse_buffer_in_flight,
  fetch_too_far,
  forget_fetch_partition,
  rejoin_with_old_generation,
  commit_of_old_generation,
  // answers on the wire
  refusal_as_success,
  wrong_base_offset,
  answer_of_other_partition,
  hide_rebalance,
  commit_refused_as_success,
  // the brokers
  acknowledge_without_append,
  lose_tail_on_clean_stop,
  // the driver
  spin_on_failure,
  forget_timers,
  // the simulation itself: repeatable.py must notice
  order_by_address,
  // transactions, as brokers or scripted producers might have them
  marker_before_commit,
  lso_forgotten,
  aborted_list_forgotten,
  end_repeated_otherwise,
  epoch_fence_ignored,
  offsets_applied_on_abort,
  offsets_lost_on_commit,
  fenced_as_success,
  // consumer groups of KIP-848
  assigned_twice,
  confirm_before_stop,
  fencing_ignored,
  commit_of_old_epoch,
  // share groups
  share_lock_endless,
  share_lock_too_short,
  delivery_count_kept,
  acknowledgement_lost,
  acquired_run_hidden,
  count_
};

struct mutant_info {
  mutant which;
  std::string_view name;
  std::string_view invariants;       ///< any of these letters may catch it
  workload where = workload::plain;  ///< and of the client's both workloads

  bool concerns(workload what) const noexcept {
    return what == where || (where == workload::plain && what == workload::client);
  }
};

const std::array<mutant_info, static_cast<std::size_t>(mutant::count_)>& mutants();

}  // namespace kwire::sim
