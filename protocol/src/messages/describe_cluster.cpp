#include <kwire/protocol/messages/describe_cluster.hpp>

namespace kwire::protocol {

void describe_cluster_request::describe(visitor& v) {
  v("include_cluster_authorized_operations", include_cluster_authorized_operations);
  v("endpoint_type", endpoint_type, since(1).def(1));
  v("include_fenced_brokers", include_fenced_brokers, since(2));
}

void describe_cluster_response::broker::describe(visitor& v) {
  v("broker_id", broker_id, all.key());
  v("host", host);
  v("port", port);
  v("rack", rack, all.null().def_null());
  v("is_fenced", is_fenced, since(2));
}

void describe_cluster_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("endpoint_type", endpoint_type, since(1).def(1));
  v("cluster_id", cluster_id);
  v("controller_id", controller_id, all.def(-1));
  v("brokers", brokers);
  v("cluster_authorized_operations", cluster_authorized_operations, all.def(INT32_MIN));
}

}  // namespace kwire::protocol
