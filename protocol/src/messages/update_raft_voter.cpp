#include <kwire/protocol/messages/update_raft_voter.hpp>

namespace kwire::protocol {

void update_raft_voter_request::listener::describe(visitor& v) {
  v("name", name, all.key());
  v("host", host);
  v("port", port);
}

void update_raft_voter_request::feature_range::describe(visitor& v) {
  v("min_supported_version", min_supported_version);
  v("max_supported_version", max_supported_version);
}

void update_raft_voter_request::describe(visitor& v) {
  v("cluster_id", cluster_id, all.null());
  v("current_leader_epoch", current_leader_epoch);
  v("voter_id", voter_id);
  v("voter_directory_id", voter_directory_id);
  v("listeners", listeners);
  v("k_raft_version_feature", k_raft_version_feature);
}

void update_raft_voter_response::leader::describe(visitor& v) {
  v("leader_id", leader_id, all.def(-1));
  v("leader_epoch", epoch, all.def(-1));
  v("host", host);
  v("port", port);
}

void update_raft_voter_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("current_leader", current_leader, all.tag(0));
}

}  // namespace kwire::protocol
