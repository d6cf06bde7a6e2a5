#include <kwire/protocol/messages/controlled_shutdown.hpp>

namespace kwire::protocol {

void controlled_shutdown_request::describe(visitor& v) {
  v("broker_id", broker_id);
  v("broker_epoch", broker_epoch, since(2).def(-1).ignorable());
}

void controlled_shutdown_response::partition::describe(visitor& v) {
  v("topic_name", topic_name, all.key());
  v("partition_index", partition_index, all.key());
}

void controlled_shutdown_response::describe(visitor& v) {
  v("error_code", error_code);
  v("remaining_partitions", remaining_partitions);
}

}  // namespace kwire::protocol
