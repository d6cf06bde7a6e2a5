#include <kwire/protocol/messages/stored/control_records.hpp>

namespace kwire::protocol {

void control_record_type_schema::describe(visitor& v) { v("type", type); }

void end_txn_marker::describe(visitor& v) { v("coordinator_epoch", coordinator_epoch); }

void leader_change_message::voter::describe(visitor& v) {
  v("voter_id", voter_id);
  v("voter_directory_id", voter_directory_id, since(1));
}

void leader_change_message::describe(visitor& v) {
  v("version", version);
  v("leader_id", leader_id);
  v("voters", voters);
  v("granting_voters", granting_voters);
}

void snapshot_header_record::describe(visitor& v) {
  v("version", version);
  v("last_contained_log_timestamp", last_contained_log_timestamp);
}

void snapshot_footer_record::describe(visitor& v) { v("version", version); }

void kraft_version_record::describe(visitor& v) {
  v("version", version);
  v("k_raft_version", kraft_version);
}

void voters_record::endpoint::describe(visitor& v) {
  v("name", name, all.key());
  v("host", host);
  v("port", port);
}

void voters_record::version_feature::describe(visitor& v) {
  v("min_supported_version", min_supported_version);
  v("max_supported_version", max_supported_version);
}

void voters_record::voter::describe(visitor& v) {
  v("voter_id", voter_id);
  v("voter_directory_id", voter_directory_id);
  v("endpoints", endpoints);
  v("k_raft_version_feature", kraft_version_feature);
}

void voters_record::describe(visitor& v) {
  v("version", version);
  v("voters", voters);
}

}  // namespace kwire::protocol
