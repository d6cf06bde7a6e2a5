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
#include "front/link.hpp"
#include "front/tls.hpp"

namespace kwire::embedded {

/// Drives the core by TCP, on one thread. `guard` protects the core: this thread holds it while it serves a
/// frame, other threads while they look into the core or change it. Links belong to this thread alone.
class tcp_front {
 public:
  using tcp = boost::asio::ip::tcp;
  using listener = std::function<void(const broker_client_event&)>;

  tcp_front(broker_core& core, std::mutex& guard, listener on_client);
  ~tcp_front() { stop(); }

  /// One of a node's listeners.
  struct door {
    node_id node{};
    std::size_t listener = 0;
    friend auto operator<=>(const door&, const door&) = default;
  };
  /// Resolves and listens at one of a node's doors, before `start`; throws `boost::system::system_error`.
  /// With `tls`, which has to outlive this, clients are greeted by it. Returns the port.
  std::uint16_t listen(door at, const std::string& host, std::uint16_t port, bool sasl,
                       boost::asio::ssl::context* tls);
  /// Listens at the node's doors again, or not any more, from any thread while started. Throws likewise.
  void open(node_id node);
  void close(node_id node);
  void start();
  void stop();
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
    std::string principal;  ///< that was told last
  };

  struct doorway {
    explicit doorway(boost::asio::io_context& io) : acceptor(io) {}
    tcp::acceptor acceptor;
    tcp::endpoint where{};
    bool sasl = false;
    boost::asio::ssl::context* tls = nullptr;
  };

  static void listen(doorway& at);
  /// Runs on the front's thread while the caller waits.
  void run(const std::function<void()>& what);
  void accept(door which, doorway& at);
  void greet(door which, doorway& at, tcp::socket socket);
  using make = std::function<std::shared_ptr<link>(link::events to)>;
  void admit(node_id node, const entrance& by, const make& made);
  bool on_frame(connection_id id, frame content);
  void on_gone(connection_id id);
  /// Sends what the core has to say, reads on where it may, sets the timer.
  void pump();
  void read_on(connection_id id);
  bool may_read(connection_id id, const link& line);
  void arm();
  void identify(connection_id id, client& whom);
  void tell(broker_client_event::kind what, connection_id id, const client& whom);

  broker_core& core_;
  std::mutex& guard_;
  listener on_client_;
  const instant wall_start_;
  const std::chrono::steady_clock::time_point steady_start_;
  std::uint64_t last_id_ = 0;
  std::atomic<std::size_t> open_{0};

  boost::asio::io_context io_{1};
  std::map<door, doorway> doors_;
  std::set<std::shared_ptr<tls_greeting>> greetings_;
  boost::asio::steady_timer timer_{io_};
  std::optional<instant> armed_;
  std::map<connection_id, client> clients_;
  std::set<connection_id> paused_;
  bool pumping_ = false;
  std::thread thread_;
};

}  // namespace kwire::embedded
