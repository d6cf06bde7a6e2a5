#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <kwire/broker/broker_options.hpp>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "core/broker_core.hpp"
#include "front/journal_file.hpp"
#include "front/link.hpp"

namespace kwire::embedded {

/// Drives the core by TCP, on one thread. `guard` protects the core: this thread holds it while it serves a
/// frame, other threads while they look into the core or change it. Links belong to this thread alone.
class tcp_front {
 public:
  using tcp = boost::asio::ip::tcp;
  using listener = std::function<void(const broker_client_event&)>;

  tcp_front(broker_core& core, std::mutex& guard, listener on_client);
  ~tcp_front() { stop(); }

  /// Resolves and listens for a node, before `start`; throws `boost::system::system_error`. Returns the port.
  std::uint16_t listen(node_id node, const std::string& host, std::uint16_t port);
  /// Listens for it again, or not any more, from any thread while started. Throws likewise.
  void open(node_id node);
  void close(node_id node);
  void start();
  void stop();
  /// From now on, what the core answers waits until `to` has what it did. Before `start`.
  void keep_in(journal_file* to) noexcept { journal_ = to; }
  /// Called once, on the front's thread, when nothing can be kept any more: everybody has been hung up on.
  void on_failure(std::function<void(const std::string& why)> to) { on_failure_ = std::move(to); }
  /// The journal has got on.
  void progress();
  /// After another thread has changed the core.
  void poke();
  void close_connections();
  std::size_t connections() const noexcept { return open_.load(); }

  /// The time to give to the core.
  instant now() const;

 private:
  struct client {
    std::shared_ptr<link> line;
    bool identified = false;
  };

  struct entrance {
    explicit entrance(boost::asio::io_context& io) : acceptor(io) {}
    tcp::acceptor acceptor;
    tcp::endpoint where{};
  };

  static void listen(entrance& at);
  /// Runs on the front's thread while the caller waits.
  void run(const std::function<void()>& what);
  void accept(node_id node, entrance& at);
  void admit(node_id node, tcp::socket socket);
  bool on_frame(connection_id id, frame content);
  void on_gone(connection_id id);
  /// Sends what the core has to say, reads on where it may, sets the timer.
  void pump();
  void deliver(std::vector<reply> replies);
  void release();
  void give_up();
  void read_on(connection_id id);
  bool may_read(connection_id id, const link& line);
  void arm();
  void tell(broker_client_event::kind what, connection_id id, const client& whom);

  broker_core& core_;
  std::mutex& guard_;
  listener on_client_;
  const instant wall_start_;
  const std::chrono::steady_clock::time_point steady_start_;
  std::uint64_t last_id_ = 0;
  std::atomic<std::size_t> open_{0};

  boost::asio::io_context io_{1};
  std::map<node_id, entrance> entrances_;
  boost::asio::steady_timer timer_{io_};
  std::optional<instant> armed_;
  std::map<connection_id, client> clients_;
  std::set<connection_id> paused_;
  bool pumping_ = false;
  journal_file* journal_ = nullptr;
  std::function<void(const std::string&)> on_failure_;
  std::deque<std::pair<std::uint64_t, std::vector<reply>>> held_;  ///< until the journal has got there
  std::thread thread_;
};

}  // namespace kwire::embedded
