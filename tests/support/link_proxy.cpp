#include "link_proxy.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <mutex>
#include <random>
#include <thread>

namespace kwire::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds look_again{5};  // while a side is held

/// The road as it is now; shared by the thread of the proxy and those that change it.
class current_road {
 public:
  road get() const {
    const std::lock_guard lock{guard_};
    return now_;
  }
  std::optional<std::size_t> take_cut() {
    const std::lock_guard lock{guard_};
    return std::exchange(now_.cut_answers_after, std::nullopt);
  }
  void set(const road& how) {
    const std::lock_guard lock{guard_};
    now_ = how;
  }

 private:
  mutable std::mutex guard_;
  road now_;
};

class relay : public std::enable_shared_from_this<relay> {
 public:
  relay(tcp::socket client, current_road& how)
      : client_(std::move(client)),
        server_(client_.get_executor()),
        end_(client_.get_executor()),
        how_(how) {}

  void start(const tcp::endpoint& target, std::uint64_t draw) {
    const auto begun_with = how_.get();
    left_ = how_.take_cut();
    if (begun_with.longest_life.count() > 0) {
      const auto spread =
          static_cast<std::uint64_t>((begun_with.longest_life - begun_with.shortest_life).count()) + 1;
      end_.expires_after(begun_with.shortest_life + std::chrono::milliseconds{draw % spread});
      end_.async_wait([self = shared_from_this()](error_code failed) {
        if (!failed) self->hang_up();
      });
    }
    server_.async_connect(target, [self = shared_from_this()](error_code failed) {
      if (failed) return self->hang_up();
      self->read(self->requests_);
      self->read(self->answers_);
    });
  }

  void hang_up() {
    error_code ignored;
    if (how_.get().reset) {
      client_.set_option(asio::socket_base::linger{true, 0}, ignored);
      server_.set_option(asio::socket_base::linger{true, 0}, ignored);
    }
    client_.close(ignored);
    server_.close(ignored);
    end_.cancel();
  }

 private:
  struct way {
    way(tcp::socket& source, tcp::socket& sink, bool backwards)
        : from(source), to(sink), timer(source.get_executor()), answers(backwards) {}

    tcp::socket& from;
    tcp::socket& to;
    asio::steady_timer timer;
    bool answers;
    std::array<char, 64 * 1024> octets{};
    std::size_t filled = 0;
    std::size_t passed = 0;
  };

  void read(way& on) {
    on.from.async_read_some(asio::buffer(on.octets),
                            [self = shared_from_this(), &on](error_code failed, std::size_t count) {
                              if (failed) return self->hang_up();
                              on.filled = count;
                              on.passed = 0;
                              self->pass(on);
                            });
  }

  void pass(way& on) {
    const auto now = how_.get();
    if (on.answers ? now.hold_answers : now.hold_requests) return later(on, look_again);
    auto count = on.filled - on.passed;
    if (on.answers && now.drip_octets > 0) count = std::min(count, now.drip_octets);
    if (on.answers && left_) count = std::min(count, *left_);
    asio::async_write(
        on.to, asio::buffer(on.octets.data() + on.passed, count),
        [self = shared_from_this(), &on, pause = now.drip_pause](error_code failed, std::size_t written) {
          if (failed) return self->hang_up();
          self->written(on, written, pause);
        });
  }

  void written(way& on, std::size_t count, std::chrono::milliseconds pause) {
    on.passed += count;
    if (on.answers && left_) {
      *left_ -= count;
      if (*left_ == 0) return hang_up();
    }
    if (on.passed == on.filled) return read(on);
    later(on, pause);
  }

  void later(way& on, std::chrono::milliseconds pause) {
    on.timer.expires_after(pause);
    on.timer.async_wait([self = shared_from_this(), &on](error_code failed) {
      if (!failed && self->client_.is_open()) self->pass(on);
    });
  }

  tcp::socket client_;
  tcp::socket server_;
  asio::steady_timer end_;
  current_road& how_;
  std::optional<std::size_t> left_;
  way requests_{client_, server_, false};
  way answers_{server_, client_, true};
};

}  // namespace

class link_proxy::impl {
 public:
  impl(const std::string& listen_host, const std::string& target_host, std::uint16_t port)
      : target_(asio::ip::make_address(target_host), port),
        listener_(loop_, tcp::endpoint{asio::ip::make_address(listen_host), port}) {
    accept();
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  ~impl() {
    loop_.stop();
    thread_.join();
  }

  current_road how;
  std::atomic<std::size_t> accepted{0};

 private:
  void accept() {
    listener_.async_accept([this](error_code failed, tcp::socket client) {
      if (failed) return;
      ++accepted;
      std::make_shared<relay>(std::move(client), how)->start(target_, draw_());
      accept();
    });
  }

  asio::io_context loop_;
  tcp::endpoint target_;
  tcp::acceptor listener_;
  std::mt19937_64 draw_{1};
  std::thread thread_;
};

link_proxy::link_proxy(const std::string& listen_host, const std::string& target_host, std::uint16_t port)
    : impl_(std::make_unique<impl>(listen_host, target_host, port)) {}
link_proxy::~link_proxy() = default;
void link_proxy::become(const road& how) { impl_->how.set(how); }
std::size_t link_proxy::accepted() const { return impl_->accepted; }

}  // namespace kwire::test
