#include <kwire/protocol/messages/stored/sticky_assignor.hpp>

namespace kwire::protocol {

void sticky_assignor_user_data::topic_assignment::describe(visitor& v) {
  v("topic", topic);
  v("partitions", partitions);
}

void sticky_assignor_user_data::describe(visitor& v) {
  v("previous_assignment", previous_assignment);
  v("generation", generation, since(1).def(-1).ignorable());
}

void cooperative_sticky_assignor_user_data::describe(visitor& v) { v("generation", generation, all.def(-1)); }

wire_result<std::int16_t> decode_user_data(sticky_assignor_user_data& data, bytes_view input) {
  if (decode(data, 1, input)) return std::int16_t{1};
  const auto done = decode(data, 0, input);
  if (!done) return done.error();
  return std::int16_t{0};
}

}  // namespace kwire::protocol
