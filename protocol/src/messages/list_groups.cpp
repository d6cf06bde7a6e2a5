#include <kwire/protocol/messages/list_groups.hpp>

namespace kwire::protocol {

void list_groups_request::describe(visitor& v) {
  v("states_filter", states_filter, since(4));
  v("types_filter", types_filter, since(5));
}

void list_groups_response::group::describe(visitor& v) {
  v("group_id", group_id);
  v("protocol_type", protocol_type);
  v("group_state", group_state, since(4).ignorable());
  v("group_type", group_type, since(5).ignorable());
}

void list_groups_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("error_code", error_code);
  v("groups", groups);
}

}  // namespace kwire::protocol
