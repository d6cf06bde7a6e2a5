#include <kwire/protocol/messages/delete_records.hpp>

namespace kwire::protocol {

void delete_records_request::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("offset", offset);
}

void delete_records_request::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void delete_records_request::describe(visitor& v) {
  v("topics", topics);
  v("timeout_ms", timeout_ms);
}

void delete_records_response::partition::describe(visitor& v) {
  v("partition_index", partition_index, all.key());
  v("low_watermark", low_watermark);
  v("error_code", error_code);
}

void delete_records_response::topic::describe(visitor& v) {
  v("name", name, all.key());
  v("partitions", partitions);
}

void delete_records_response::describe(visitor& v) {
  v("throttle_time_ms", throttle_time_ms);
  v("topics", topics);
}

}  // namespace kwire::protocol
