#include "mutants.hpp"

namespace kwire::sim {

const std::array<mutant_info, static_cast<std::size_t>(mutant::count_)>& mutants() {
  using enum mutant;
  static constexpr std::array<mutant_info, static_cast<std::size_t>(count_)> table{{
      {none, "none", ""},
      {report_twice, "report_twice", "U"},
      {report_never, "report_never", "UTR"},
      {claim_not_persisted, "claim_not_persisted", "P"},
      {claim_persisted, "claim_persisted", "A"},
      {wrong_offset_told, "wrong_offset_told", "A"},
      {swap_two_records, "swap_two_records", "O"},
      {skip_a_record, "skip_a_record", "S"},
      {hand_over_twice, "hand_over_twice", "M"},
      {commit_past_position, "commit_past_position", "M"},
      {commit_batch_in_hand, "commit_batch_in_hand", "M"},
      {commit_backwards, "commit_backwards", "M"},
      {deliver_after_revoke, "deliver_after_revoke", "P"},
      {keep_what_is_revoked, "keep_what_is_revoked", "PRMS"},
      {ignore_session_end, "ignore_session_end", "P"},
      {reset_on_temporary_error, "reset_on_temporary_error", "S"},
      {alter_a_value, "alter_a_value", "A"},
      {drop_sequences, "drop_sequences", "D"},
      {append_twice, "append_twice", "D"},
      {swap_partitions, "swap_partitions", "A"},
      {reuse_buffer_in_flight, "reuse_buffer_in_flight", "AOD"},
      {fetch_too_far, "fetch_too_far", "SM"},
      {forget_fetch_partition, "forget_fetch_partition", "RMS"},
      {rejoin_with_old_generation, "rejoin_with_old_generation", "R"},
      {commit_of_old_generation, "commit_of_old_generation", "MR"},
      {refusal_as_success, "refusal_as_success", "A"},
      {wrong_base_offset, "wrong_base_offset", "A"},
      {answer_of_other_partition, "answer_of_other_partition", "A"},
      {hide_rebalance, "hide_rebalance", "RP"},
      {commit_refused_as_success, "commit_refused_as_success", "A"},
      {acknowledge_without_append, "acknowledge_without_append", "A"},
      {lose_tail_on_clean_stop, "lose_tail_on_clean_stop", "AMSR"},
      {spin_on_failure, "spin_on_failure", "Q"},
      {forget_timers, "forget_timers", "TRUQ"},
      {order_by_address, "order_by_address", ""},
      {marker_before_commit, "marker_before_commit", "X", workload::transactions},
      {lso_forgotten, "lso_forgotten", "X", workload::transactions},
      {aborted_list_forgotten, "aborted_list_forgotten", "X", workload::transactions},
      {end_repeated_otherwise, "end_repeated_otherwise", "X", workload::transactions},
      {epoch_fence_ignored, "epoch_fence_ignored", "X", workload::transactions},
      {offsets_applied_on_abort, "offsets_applied_on_abort", "X", workload::transactions},
      {offsets_lost_on_commit, "offsets_lost_on_commit", "X", workload::transactions},
      {fenced_as_success, "fenced_as_success", "X", workload::transactions},
      {assigned_twice, "assigned_twice", "P", workload::consumer_group},
      {confirm_before_stop, "confirm_before_stop", "P", workload::consumer_group},
      {fencing_ignored, "fencing_ignored", "PR", workload::consumer_group},
      {commit_of_old_epoch, "commit_of_old_epoch", "M", workload::consumer_group},
      {share_lock_endless, "share_lock_endless", "R", workload::share_group},
      {share_lock_too_short, "share_lock_too_short", "P", workload::share_group},
      {delivery_count_kept, "delivery_count_kept", "D", workload::share_group},
      {acknowledgement_lost, "acknowledgement_lost", "D", workload::share_group},
      {acquired_run_hidden, "acquired_run_hidden", "D", workload::share_group},
  }};
  return table;
}

}  // namespace kwire::sim
