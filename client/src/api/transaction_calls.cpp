#include "api/transaction_calls.hpp"

#include <future>
#include <memory>

namespace kwire::api_detail {

result<void> transaction_calls::make(const call& what) {
  if (engine_->on_io_thread()) return error{errc::would_deadlock};
  // Shared: this may return while the other thread is still inside set_value.
  auto outcome = std::make_shared<std::promise<result<void>>>();
  auto waited = outcome->get_future();
  start(what, [outcome](result<void> how) { outcome->set_value(std::move(how)); });
  const runtime::engine::plain_wait waiting{*engine_};
  return waited.get();
}

void transaction_calls::start(const call& what, done told) {
  engine_->post([this, what, told = std::move(told)] {
    what(core_->transactions(), [this, told](result<void> how) {
      changed();
      told(std::move(how));
    });
    changed();
  });
}

void transaction_calls::changed() {
  const auto& now = core_->transactions();
  {
    const std::lock_guard lock{guard_};
    cause_ = now.cause();
  }
  state_.store(now.now_is(), std::memory_order_release);
}

error transaction_calls::explain() const {
  const std::lock_guard lock{guard_};
  switch (state_.load(std::memory_order_acquire)) {
    case core::transaction_state::must_abort: return error{errc::abort_required, cause_.message()};
    case core::transaction_state::broken: return cause_;
    case core::transaction_state::unregistered:
    case core::transaction_state::registering:
      return error{errc::invalid_state, "init_transactions has not been called, or has not succeeded"};
    default: return error{errc::invalid_state, "no transaction is open; call begin_transaction first"};
  }
}

}  // namespace kwire::api_detail
