#include <kwire/protocol/messages/consumer_protocol.hpp>

namespace kwire::protocol {

void consumer_protocol_subscription::topic_partitions::describe(visitor& v) {
  v("topic", topic, since(1).key());
  v("partitions", partitions, since(1));
}

void consumer_protocol_subscription::describe(visitor& v) {
  v("topics", topics);
  v("user_data", user_data, all.null().def_null());
  v("owned_partitions", owned_partitions, since(1).ignorable());
  v("generation_id", generation, since(2).def(-1).ignorable());
  v("rack_id", rack_id, since(3).null(3).def_null().ignorable());
}

void consumer_protocol_assignment::topic_partitions::describe(visitor& v) {
  v("topic", topic, all.key());
  v("partitions", partitions);
}

void consumer_protocol_assignment::describe(visitor& v) {
  v("assigned_partitions", assigned_partitions);
  v("user_data", user_data, all.null().def_null());
}

}  // namespace kwire::protocol
