#include <kwire/protocol/messages/delete_share_group_state.hpp>

namespace kwire::protocol {

void delete_share_group_state_request::partition::describe(visitor& v) { v("partition", index); }

void delete_share_group_state_request::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void delete_share_group_state_request::describe(visitor& v) {
  v("group_id", group_id);
  v("topics", topics);
}

void delete_share_group_state_response::partition::describe(visitor& v) {
  v("partition", index);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
}

void delete_share_group_state_response::topic::describe(visitor& v) {
  v("topic_id", topic_id);
  v("partitions", partitions);
}

void delete_share_group_state_response::describe(visitor& v) { v("results", results); }

}  // namespace kwire::protocol
