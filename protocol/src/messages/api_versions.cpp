#include <kwire/protocol/messages/api_versions.hpp>

namespace kwire::protocol {

void api_versions_request::describe(visitor& v) {
  v("client_software_name", client_software_name, since(3).ignorable());
  v("client_software_version", client_software_version, since(3).ignorable());
  v("cluster_id", cluster_id, since(5).null(5).def_null().ignorable());
  v("node_id", node, since(5).def(-1).ignorable());
}

void api_versions_response::api_range::describe(visitor& v) {
  v("api_key", api_key, all.key());
  v("min_version", min_version);
  v("max_version", max_version);
}

void api_versions_response::supported_feature::describe(visitor& v) {
  v("name", name, since(3).key());
  v("min_version", min_version, since(3));
  v("max_version", max_version, since(3));
}

void api_versions_response::finalized_feature::describe(visitor& v) {
  v("name", name, since(3).key());
  v("max_version_level", max_version_level, since(3));
  v("min_version_level", min_version_level, since(3));
}

void api_versions_response::describe(visitor& v) {
  v("error_code", error_code);
  v("api_keys", api_keys);
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("supported_features", supported_features, since(3).tag(0).ignorable());
  v("finalized_features_epoch", finalized_features_epoch, since(3).tag(1).def(-1).ignorable());
  v("finalized_features", finalized_features, since(3).tag(2).ignorable());
  v("zk_migration_ready", zk_migration_ready, since(3).tag(3).ignorable());
}

}  // namespace kwire::protocol
