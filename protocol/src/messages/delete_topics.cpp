#include <kwire/protocol/messages/delete_topics.hpp>

namespace kwire::protocol {

void delete_topics_request::topic::describe(visitor& v) {
  v("name", name, since(6).null(6).def_null());
  v("topic_id", topic_id, since(6));
}

void delete_topics_request::describe(visitor& v) {
  v("topics", topics, since(6));
  v("topic_names", topic_names, until(5).ignorable());
  v("timeout_ms", timeout_ms);
}

void delete_topics_response::topic::describe(visitor& v) {
  v("name", name, all.null(6).key());
  v("topic_id", topic_id, since(6).ignorable());
  v("error_code", error_code);
  v("error_message", error_message, since(5).null(5).def_null().ignorable());
}

void delete_topics_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms, since(1).ignorable());
  v("responses", responses);
}

}  // namespace kwire::protocol
