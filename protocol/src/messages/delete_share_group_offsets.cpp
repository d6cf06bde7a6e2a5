#include <kwire/protocol/messages/delete_share_group_offsets.hpp>

namespace kwire::protocol {

void delete_share_group_offsets_request::topic::describe(visitor& v) { v("topic_name", topic_name); }

void delete_share_group_offsets_request::describe(visitor& v) {
  v("group_id", group_id);
  v("topics", topics);
}

void delete_share_group_offsets_response::topic::describe(visitor& v) {
  v("topic_name", topic_name);
  v("topic_id", topic_id);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
}

void delete_share_group_offsets_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
  v("responses", responses);
}

}  // namespace kwire::protocol
