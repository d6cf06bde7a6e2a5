#include <kwire/protocol/messages/streams_group_topology_description_update.hpp>

namespace kwire::protocol {

void streams_group_topology_description_update_request::node::describe(visitor& v) {
  v("name", name);
  v("node_type", node_type);
  v("source_topics", source_topics);
  v("sink_topic", sink_topic, all.null().def_null());
  v("stores", stores);
  v("successors", successors);
}

void streams_group_topology_description_update_request::subtopology::describe(visitor& v) {
  v("subtopology_id", subtopology_id);
  v("nodes", nodes);
}

void streams_group_topology_description_update_request::global_store::describe(visitor& v) {
  v("source", source);
  v("processor", processor);
}

void streams_group_topology_description_update_request::description::describe(visitor& v) {
  v("subtopologies", subtopologies);
  v("global_stores", global_stores);
}

void streams_group_topology_description_update_request::describe(visitor& v) {
  v("group_id", group_id);
  v("member_id", member_id);
  v("topology_epoch", topology_epoch);
  v("topology_description", topology_description);
}

void streams_group_topology_description_update_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("error_code", error_code);
  v("error_message", error_message, all.null().def_null());
}

}  // namespace kwire::protocol
