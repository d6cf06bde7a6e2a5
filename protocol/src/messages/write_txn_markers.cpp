#include <kwire/protocol/messages/write_txn_markers.hpp>

namespace kwire::protocol {

void write_txn_markers_request::topic::describe(visitor& v) {
  v("name", name);
  v("partition_indexes", partition_indexes);
}

void write_txn_markers_request::marker::describe(visitor& v) {
  v("producer_id", producer);
  v("producer_epoch", epoch);
  v("transaction_result", transaction_result);
  v("topics", topics);
  v("coordinator_epoch", coordinator_epoch);
  v("transaction_version", transaction_version, since(2).ignorable());
}

void write_txn_markers_request::describe(visitor& v) { v("markers", markers); }

void write_txn_markers_response::partition::describe(visitor& v) {
  v("partition_index", partition_index);
  v("error_code", error_code);
}

void write_txn_markers_response::topic::describe(visitor& v) {
  v("name", name);
  v("partitions", partitions);
}

void write_txn_markers_response::marker::describe(visitor& v) {
  v("producer_id", producer);
  v("topics", topics);
}

void write_txn_markers_response::describe(visitor& v) { v("markers", markers); }

}  // namespace kwire::protocol
