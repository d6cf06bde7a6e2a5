#include "runtime/engine.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/reactor_loop.hpp"
#include "runtime/loop_seat.hpp"
#include "runtime/tcp_link.hpp"

namespace kwire::runtime {

namespace asio = boost::asio;
using core::time_point;

class engine::impl final : public link_events {
 public:
  impl(core::client_settings settings, const std::vector<core::bootstrap_address>& seeds,
       std::unique_ptr<observer> watcher)
      : settings_(std::move(settings)),
        watcher_(std::move(watcher)),
        loop_(settings_, seeds, std::random_device{}(), [this](const event& e) { tell(e); }),
        timer_(io_),
        work_(io_.get_executor()) {
    thread_ = std::thread{[this] {
      seat_.sit();
      io_.run();
    }};
  }

  ~impl() {
    asio::post(io_, [this] {
      timer_.cancel();
      for (auto& [id, link] : links_) link->close();
      links_.clear();
      work_.reset();
      io_.stop();
    });
    seat_.begin_plain_wait();
    thread_.join();
  }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  /// Tasks wait in a queue of our own, where a `pump` that is under way finds them: what the application asks
  /// for while the I/O thread is busy goes out without another turn through the reactor.
  void post(std::function<void()> task) {
    put(std::move(task));
    if (!seat_.lent() || seat_.mine()) return announce();
    turn_wanted_.store(true, std::memory_order_seq_cst);
    take_turn();
  }

  void wake() {
    if (!seat_.lent() || seat_.mine()) return post([] {});
    turn_wanted_.store(true, std::memory_order_seq_cst);
  }

  /// As `post`, but never runs anything before it returns.
  void leave_word(std::function<void()> task) {
    put(std::move(task));
    announce();
  }

  const std::atomic<bool>& turn_wanted() const noexcept { return turn_wanted_; }

  void take_turn() {
    if (!turn_wanted_.load(std::memory_order_seq_cst)) return;
    if (!seat_.sit_if_empty()) return announce();
    pump();
    seat_.give_back(!untold_.empty());
  }

  void drive(time_point until, bool plenty, const std::function<bool()>& done) {
    const auto began = now();
    if (!seat_.borrow(began, plenty)) return;
    if (turn_wanted_.load(std::memory_order_seq_cst)) pump();
    const auto lease_ends = began + loop_seat::lease;
    const auto latest = std::min(until, lease_ends);
    while (!done() && io_.run_one_until(latest) > 0) {
    }
    // What has come meanwhile for others, an acknowledgement say, does not wait for the next who sits here.
    io_.poll();
    seat_.give_back(now() >= lease_ends || !untold_.empty());
  }

  loop_seat& seat() noexcept { return seat_; }
  bool on_io_thread() const noexcept { return seat_.mine(); }

  /// Observers run on the I/O thread alone: the thread that has the loop on loan may hold a lock of the
  /// application's that the observer takes.
  void tell(const event& e) {
    if (!watcher_) return;
    if (std::this_thread::get_id() == thread_.get_id()) {
      watcher_->on_event(e);
    } else {
      untold_.push_back(e);
    }
  }

  void add(core::reactor& member) { loop_.add(member, now()); }
  void remove(core::reactor& member) { loop_.remove(member, now()); }

  metrics_snapshot metrics() {
    metrics_snapshot snapshot;
    loop_.metrics(snapshot);
    return snapshot;
  }

  const core::client_settings& settings() const noexcept { return settings_; }
  std::uint32_t new_owner() noexcept { return ++last_owner_; }

 private:
  static time_point now() { return std::chrono::steady_clock::now(); }

  void put(std::function<void()> task) {
    std::lock_guard guard{posted_lock_};
    posted_.push_back(std::move(task));
  }

  void announce() {
    {
      std::lock_guard guard{posted_lock_};
      if (std::exchange(announced_, true)) return;
    }
    asio::post(io_, [this] {
      {
        std::lock_guard guard{posted_lock_};
        announced_ = false;
      }
      pump();
    });
  }

  /// On the I/O thread: somebody else runs the loop for a while.
  void lend() {
    seat_.lend();
    for (const auto& e : std::exchange(untold_, {})) watcher_->on_event(e);
    pump();
  }

  void opened(core::link_id id) override {
    loop_.opened(id, now());
    pump();
  }
  void received(core::link_id id, core::frame message) override {
    loop_.received(id, message, now());
    message = {};
    pump();
  }
  void closed(core::link_id id, const error& why) override {
    links_.erase(static_cast<std::uint64_t>(id));
    loop_.closed(id, why, now());
    pump();
  }

  /// Lets every core act until none has anything left to do, then carries out what they want of the network.
  void pump() {
    if (std::exchange(pumping_, true)) {
      again_ = true;
      return;
    }
    turn_wanted_.store(false, std::memory_order_seq_cst);
    bool more = run_posted();
    // Those who post without end must not keep the sockets waiting: what is left has a turn of its own due.
    for (int turn = 0; turn == 0 || again_ || (more && turn < 3); ++turn) {
      again_ = false;
      loop_.settle(now());
      carry_out();
      more = run_posted();
    }
    pumping_ = false;
    arm();
  }

  /// False when nothing was waiting.
  bool run_posted() {
    {
      std::lock_guard guard{posted_lock_};
      if (posted_.empty()) return false;
      running_.swap(posted_);
    }
    for (auto& task : running_) task();
    running_.clear();
    return true;
  }

  void carry_out() {
    for (auto& command : loop_.take_commands()) {
      if (auto* open = std::get_if<core::open_link>(&command)) {
        auto link = std::make_shared<tcp_link>(io_, open->id, settings_, pool_, *this);
        links_[static_cast<std::uint64_t>(open->id)] = link;
        link->open(open->host, open->port);
      } else if (auto* write = std::get_if<core::write_link>(&command)) {
        const auto found = links_.find(static_cast<std::uint64_t>(write->id));
        if (found != links_.end()) found->second->write(std::move(write->frame));
      } else {
        const auto found = links_.find(static_cast<std::uint64_t>(std::get<core::close_link>(command).id));
        if (found == links_.end()) continue;
        found->second->close();
        links_.erase(found);
      }
    }
  }

  /// One timer for everything. It is moved only to an earlier time: firing early costs less than moving it
  /// with every request.
  void arm() {
    const auto next = loop_.next_deadline();
    if (next == core::never || next >= armed_for_) return;
    armed_for_ = next;
    timer_.expires_at(next);
    timer_.async_wait([this](const boost::system::error_code& failure) {
      if (failure) return;
      armed_for_ = core::never;
      pump();
    });
  }

  core::client_settings settings_;
  std::unique_ptr<observer> watcher_;
  core::reactor_loop loop_;
  std::vector<event> untold_;  ///< that came up while the loop was on loan
  std::shared_ptr<buffer_pool> pool_ = std::make_shared<buffer_pool>();
  asio::io_context io_{1};
  asio::steady_timer timer_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::unordered_map<std::uint64_t, std::shared_ptr<tcp_link>> links_;
  time_point armed_for_ = core::never;
  bool pumping_ = false;
  bool again_ = false;
  std::atomic<std::uint32_t> last_owner_{0};

  std::mutex posted_lock_;
  std::vector<std::function<void()>> posted_;
  bool announced_ = false;  ///< a turn of the loop is due that will look at them
  std::vector<std::function<void()>> running_;

  loop_seat seat_{[this] { asio::post(io_, [this] { lend(); }); }};
  std::atomic<bool> turn_wanted_{false};  ///< by somebody who does not run the loop while it is on loan
  std::thread thread_;
};

engine::engine(core::client_settings settings, const std::vector<core::bootstrap_address>& seeds,
               std::unique_ptr<observer> watcher)
    : impl_(new impl{std::move(settings), seeds, std::move(watcher)}), turn_wanted_(&impl_->turn_wanted()) {}

engine::~engine() = default;

void engine::post(std::function<void()> task) { impl_->post(std::move(task)); }
void engine::wake() { impl_->wake(); }
void engine::take_turn() { impl_->take_turn(); }
void engine::drive(time_point until, bool plenty, const std::function<bool()>& done) {
  impl_->drive(until, plenty, done);
}
bool engine::on_io_thread() const noexcept { return impl_->on_io_thread(); }
engine::plain_wait::plain_wait(engine& owner) : owner_(owner) { owner_.impl_->seat().begin_plain_wait(); }
engine::plain_wait::~plain_wait() { owner_.impl_->seat().end_plain_wait(); }
const core::client_settings& engine::settings() const noexcept { return impl_->settings(); }
void engine::tell(event e) {
  impl_->leave_word([this, e = std::move(e)] { impl_->tell(e); });
}
std::uint32_t engine::new_owner() noexcept { return impl_->new_owner(); }
void engine::add(core::reactor& member) { impl_->add(member); }
void engine::remove(core::reactor& member) { impl_->remove(member); }

metrics_snapshot engine::metrics() {
  if (impl_.get_deleter().made.of_parent()) return {};
  if (on_io_thread()) return impl_->metrics();
  std::promise<metrics_snapshot> promise;
  auto answer = promise.get_future();
  post([&] { promise.set_value(impl_->metrics()); });
  const plain_wait waiting{*this};
  return answer.get();
}

}  // namespace kwire::runtime
