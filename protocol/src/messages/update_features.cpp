#include <kwire/protocol/messages/update_features.hpp>

namespace kwire::protocol {

void update_features_request::feature_update::describe(visitor& v) {
  v("feature", feature, all.key());
  v("max_version_level", max_version_level);
  v("allow_downgrade", allow_downgrade, until(0));
  v("upgrade_type", upgrade_type, since(1).def(1));
}

void update_features_request::describe(visitor& v) {
  v("timeout_ms", timeout_ms, all.def(60000));
  v("feature_updates", feature_updates);
  v("validate_only", validate_only, since(1));
}

void update_features_response::result::describe(visitor& v) {
  v("feature", feature, all.key());
  v("error_code", error_code);
  v("error_message", error_message, all.null());
}

void update_features_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null());
  v("results", results, until(1).ignorable());
}

}  // namespace kwire::protocol
