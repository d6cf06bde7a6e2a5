#include <kwire/protocol/messages/remove_raft_voter.hpp>

namespace kwire::protocol {

void remove_raft_voter_request::describe(visitor& v) {
  v("cluster_id", cluster_id, all.null());
  v("voter_id", voter_id);
  v("voter_directory_id", voter_directory_id);
}

void remove_raft_voter_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().ignorable());
}

}  // namespace kwire::protocol
