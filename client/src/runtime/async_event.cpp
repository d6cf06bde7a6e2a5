#include "runtime/async_event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kwire::runtime {

namespace asio = boost::asio;

/// Lives in the coroutine's frame. A frame that is destroyed while it waits, with its execution context,
/// takes itself out, so that nobody touches a timer of a context that is gone.
class async_event::waiter {
 public:
  waiter(async_event& owner, const asio::any_io_executor& executor, core::time_point deadline)
      : owner_(owner), timer_(executor, deadline) {
    std::lock_guard guard{owner_.lock_};
    owner_.waiter_ = this;
  }
  ~waiter() {
    std::lock_guard guard{owner_.lock_};
    owner_.waiter_ = nullptr;
  }
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;

  /// Under the lock. A wait that has not begun yet will end at once.
  void wake() { timer_.expires_at(core::time_point::min()); }

  template <class Handler>
  void start(Handler&& handler) {
    std::lock_guard guard{owner_.lock_};
    timer_.async_wait(std::forward<Handler>(handler));
  }

 private:
  async_event& owner_;
  asio::steady_timer timer_;
};

async_event::async_event() = default;
async_event::~async_event() = default;

void async_event::tell() {
  std::lock_guard guard{lock_};
  if (std::exchange(told_, true)) return;
  if (waiter_ != nullptr) waiter_->wake();
}

asio::awaitable<async_event::ending> async_event::wait(core::time_point deadline) {
  {
    std::lock_guard guard{lock_};
    if (told_) co_return ending::told;
  }
  const auto executor = co_await asio::this_coro::executor;
  boost::system::error_code how;
  {
    waiter here{*this, executor, deadline};
    {
      // Told since: nobody will wake a wait that begins now.
      std::lock_guard guard{lock_};
      if (told_) here.wake();
    }
    auto start = [&here](auto&& handler) { here.start(std::forward<decltype(handler)>(handler)); };
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    using signature = void(boost::system::error_code);
    auto waiting =
        asio::async_initiate<const asio::as_tuple_t<asio::use_awaitable_t<>>, signature>(start, token);
    const auto outcome = co_await std::move(waiting);
    how = std::get<0>(outcome);
  }
  std::lock_guard guard{lock_};
  if (told_) co_return ending::told;
  co_return how == asio::error::operation_aborted ? ending::cancelled : ending::late;
}

}  // namespace kwire::runtime
