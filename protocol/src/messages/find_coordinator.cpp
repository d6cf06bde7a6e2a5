#include <kwire/protocol/messages/find_coordinator.hpp>

namespace kwire::protocol {

void find_coordinator_request::describe(visitor& v) {
  v("key", key, until(3));
  v("key_type", key_type, since(1));
  v("coordinator_keys", coordinator_keys, since(4));
}

void find_coordinator_response::coordinator::describe(visitor& v) {
  v("key", key, since(4));
  v("node_id", node, since(4));
  v("host", host, since(4));
  v("port", port, since(4));
  v("error_code", error_code, since(4));
  v("error_message", error_message, since(4).null(4).ignorable());
}

void find_coordinator_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("error_code", error_code, until(3));
  v("error_message", error_message, since(1).until(3).null(1).ignorable());
  v("node_id", node, until(3));
  v("host", host, until(3));
  v("port", port, until(3));
  v("coordinators", coordinators, since(4));
}

}  // namespace kwire::protocol
