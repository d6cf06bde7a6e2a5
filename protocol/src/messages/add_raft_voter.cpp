#include <kwire/protocol/messages/add_raft_voter.hpp>

namespace kwire::protocol {

void add_raft_voter_request::listener::describe(visitor& v) {
  v("name", name, all.key());
  v("host", host);
  v("port", port);
}

void add_raft_voter_request::describe(visitor& v) {
  v("cluster_id", cluster_id, all.null());
  v("timeout_ms", timeout_ms);
  v("voter_id", voter_id);
  v("voter_directory_id", voter_directory_id);
  v("listeners", listeners);
  v("ack_when_committed", ack_when_committed, since(1).def(1));
}

void add_raft_voter_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().ignorable());
}

}  // namespace kwire::protocol
