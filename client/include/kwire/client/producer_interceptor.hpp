#pragma once

#include <kwire/client/delivery.hpp>
#include <kwire/client/record.hpp>

namespace kwire {

/// Sees every record on its way in and every outcome, as Java's ProducerInterceptor. What it throws goes to
/// the observer and nowhere else. Called from several threads at a time if `produce` is.
class producer_interceptor {
 public:
  virtual ~producer_interceptor() = default;

  /// Before a partition is chosen; on the thread that produces. May change the record; what it puts in must
  /// live as long as the call, so give text of your own to `record::keep`. When it throws, the record goes on
  /// as it was before.
  virtual void on_send(record&) {}

  /// The end of a record's way, before its own callback and on the same thread; also for records that were
  /// not accepted, and then within `produce`, with partition -1 where none was chosen.
  virtual void on_acknowledgement(const delivery&) {}
};

}  // namespace kwire
