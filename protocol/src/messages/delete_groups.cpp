#include <kwire/protocol/messages/delete_groups.hpp>

namespace kwire::protocol {

void delete_groups_request::describe(visitor& v) { v("groups_names", groups_names); }

void delete_groups_response::group::describe(visitor& v) {
  v("group_id", group_id, all.key());
  v("error_code", error_code);
  v("error_message", error_message, since(3).null(3).def_null().ignorable());
}

void delete_groups_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("results", results);
}

}  // namespace kwire::protocol
