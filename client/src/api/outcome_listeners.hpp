#pragma once

#include <functional>
#include <kwire/client/delivery_batch.hpp>
#include <kwire/client/error.hpp>
#include <kwire/client/producer_interceptor.hpp>
#include <memory>
#include <vector>

#include "core/producer/outcomes.hpp"

namespace kwire::api_detail {

/// Who sees all records of a producer: its interceptors, and who takes outcomes by batches. Filled before the
/// first record and only read from then on.
class outcome_listeners final : public core::outcome_listener {
 public:
  explicit outcome_listeners(std::function<void(const char*)> on_throw) : on_throw_(std::move(on_throw)) {}

  void add(std::shared_ptr<producer_interceptor> one) { interceptors_.push_back(std::move(one)); }
  /// False when there is somebody already.
  bool set(delivery_batch_callback on_batch);
  bool intercepting() const noexcept { return !interceptors_.empty(); }

  /// Lets the interceptors change the record.
  void on_send(record& what) const;
  /// Tells them that the record was refused.
  void not_accepted(const record& what, const error& why) const;

  void each(const delivery& d) override;
  void together(const delivery_batch& batch) override {
    if (on_batch_) on_batch_(batch);
  }

 private:
  template <class Call>
  void guarded(const Call& call) const;

  const std::function<void(const char*)> on_throw_;
  std::vector<std::shared_ptr<producer_interceptor>> interceptors_;
  delivery_batch_callback on_batch_;
};

}  // namespace kwire::api_detail
