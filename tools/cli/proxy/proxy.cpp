#include "proxy/proxy.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <set>
#include <vector>

#include "session.hpp"

namespace kwire::cli {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using side = conversation::side;

constexpr std::size_t read_octets_at_once = std::size_t{128} << 10;
constexpr std::size_t most_ports = 10'000;

std::string text_of(const broker_address& where) {
  const bool v6 = where.host.find(':') != where.host.npos;
  return (v6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

wall_time now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

}  // namespace

/// Ports, and what goes through them. Lives on the thread of `run`.
class decoding_proxy::state : public std::enable_shared_from_this<decoding_proxy::state> {
 public:
  state(const broker_address& listen, traffic& to, output& out) : shown(to), out_(out), listen_(listen) {}

  /// Opens the port for a broker, unless it is open; 0 when none is to be had.
  std::uint16_t port_for(const broker_address& broker, std::uint16_t wanted = 0);
  void forget(const std::shared_ptr<relay>& gone) { relays_.erase(gone); }
  void show_now() { out_.flush(); }
  void close();

  asio::io_context io{1};
  traffic& shown;

 private:
  void accept(tcp::acceptor& at, const broker_address& broker);
  void accept_later(tcp::acceptor& at, const broker_address& broker);

  output& out_;
  broker_address listen_;
  std::map<broker_address, tcp::acceptor> ports_;
  std::set<std::shared_ptr<relay>> relays_;
};

/// One client connection and its counterpart. A direction reads on when what it read is written, so a slow
/// reader slows the other down as it would without us.
class decoding_proxy::relay : public std::enable_shared_from_this<decoding_proxy::relay> {
 public:
  relay(state& owner, tcp::socket client, broker_address broker)
      : owner_(owner),
        sockets_{std::move(client), tcp::socket{owner.io}},
        resolver_(owner.io),
        broker_(std::move(broker)),
        name_(name_of(sockets_[0]) + " -> " + text_of(broker_)),
        talk_(name_, true, owner.shown.events(name_)),
        rewriter_([this](const broker_address& other) { return local_for(other); }) {}

  void start() {
    resolver_.async_resolve(
        broker_.host, std::to_string(broker_.port),
        [self = shared_from_this()](error_code failed, const tcp::resolver::results_type& found) {
          if (failed) return self->fail(failed);
          self->connect(found);
        });
  }

  void close() {
    if (closed_) return;
    closed_ = true;
    resolver_.cancel();
    for (auto& socket : sockets_) {
      error_code ignored;
      socket.close(ignored);
    }
    talk_.finish();
    owner_.show_now();
    owner_.forget(shared_from_this());
  }

 private:
  static std::string name_of(const tcp::socket& socket) {
    error_code ignored;
    const auto end = socket.remote_endpoint(ignored);
    return text_of({end.address().to_string(), end.port()});
  }

  broker_address local_for(const broker_address& other) {
    error_code ignored;
    const auto here = sockets_[0].local_endpoint(ignored).address().to_string();
    const auto port = owner_.port_for(other);
    return port == 0 ? other : broker_address{here, port};
  }

  void fail(const error_code& why) {
    if (closed_) return;
    owner_.shown.note(now(), name_, "no connection to the broker: " + why.message());
    close();
  }

  void connect(const tcp::resolver::results_type& found) {
    asio::async_connect(sockets_[1], found,
                        [self = shared_from_this()](error_code failed, const tcp::endpoint&) {
                          if (failed) return self->fail(failed);
                          error_code ignored;
                          for (auto& socket : self->sockets_) socket.set_option(tcp::no_delay{true}, ignored);
                          self->read(side::client);
                          self->read(side::server);
                        });
  }

  void read(side from) {
    const auto index = static_cast<std::size_t>(from);
    storage_[index].resize(read_octets_at_once);
    sockets_[index].async_read_some(asio::buffer(storage_[index]),
                                    [self = shared_from_this(), from](error_code failed, std::size_t count) {
                                      if (failed) return self->ended(from);
                                      self->take(from, count);
                                    });
  }

  void take(side from, std::size_t count) {
    const auto index = static_cast<std::size_t>(from);
    const bytes_view octets = bytes_view{storage_[index]}.first(count);
    // What is passed on may change; what is shown is the original.
    if (from == side::client) rewriter_.request(octets);
    outgoing_[index] = from == side::client ? to_bytes(octets) : rewriter_.response(octets);
    talk_.feed(from, octets, now());
    owner_.show_now();
    if (outgoing_[index].empty()) return read(from);
    asio::async_write(sockets_[1 - index], asio::buffer(outgoing_[index]),
                      [self = shared_from_this(), from](error_code failed, std::size_t) {
                        if (failed) return self->close();
                        self->read(from);
                      });
  }

  /// A client may stop sending and still wait for answers.
  void ended(side from) {
    const auto index = static_cast<std::size_t>(from);
    ended_[index] = true;
    error_code failed;
    sockets_[1 - index].shutdown(tcp::socket::shutdown_send, failed);
    if (failed || from == side::server || ended_[1 - index]) close();
  }

  state& owner_;
  std::array<tcp::socket, 2> sockets_;
  tcp::resolver resolver_;
  broker_address broker_;
  std::string name_;
  conversation talk_;
  address_rewriter rewriter_;
  std::array<bytes, 2> storage_;
  std::array<bytes, 2> outgoing_;
  std::array<bool, 2> ended_{};
  bool closed_ = false;
};

std::uint16_t decoding_proxy::state::port_for(const broker_address& broker, std::uint16_t wanted) {
  if (const auto known = ports_.find(broker); known != ports_.end())
    return known->second.local_endpoint().port();
  if (ports_.size() == most_ports) return 0;
  try {
    tcp::resolver resolver{io};
    const tcp::endpoint where =
        *resolver.resolve(listen_.host, std::to_string(wanted), tcp::resolver::passive).begin();
    auto& added = ports_.emplace(broker, tcp::acceptor{io, where}).first->second;
    accept(added, broker);
    return added.local_endpoint().port();
  } catch (const boost::system::system_error& failed) {
    shown.note(now(), text_of(broker), std::string{"no port to be had for this broker: "} + failed.what());
    return 0;
  }
}

void decoding_proxy::state::accept(tcp::acceptor& at, const broker_address& broker) {
  at.async_accept([this, &at, broker](error_code failed, tcp::socket client) {
    if (!at.is_open()) return;
    if (failed) return accept_later(at, broker);
    (*relays_.insert(std::make_shared<relay>(*this, std::move(client), broker)).first)->start();
    accept(at, broker);
  });
}

/// Out of descriptors, as a rule: trying at once would only burn time.
void decoding_proxy::state::accept_later(tcp::acceptor& at, const broker_address& broker) {
  const auto timer = std::make_shared<asio::steady_timer>(io, std::chrono::milliseconds{100});
  timer->async_wait([this, &at, broker, timer](error_code) {
    if (at.is_open()) accept(at, broker);
  });
}

void decoding_proxy::state::close() {
  for (auto& [broker, port] : ports_) port.close();
  for (const auto& each : std::set{relays_}) each->close();
}

decoding_proxy::decoding_proxy(const broker_address& listen, const broker_address& to, traffic& shown,
                               output& out)
    : state_(std::make_shared<state>(listen, shown, out)) {
  const auto port = state_->port_for(to, static_cast<std::uint16_t>(listen.port));
  if (port == 0)
    throw failure{"cannot listen on " + text_of(listen) + "; choose another address with --listen"};
  port_ = port;
}

decoding_proxy::~decoding_proxy() = default;

void decoding_proxy::run(std::stop_token stop) {
  auto& io = state_->io;
  const auto work = asio::make_work_guard(io);
  const std::stop_callback on_stop{stop, [&] {
                                     asio::post(io, [this] {
                                       state_->close();
                                       state_->io.stop();
                                     });
                                   }};
  io.run();
  // Handlers of closed sockets keep relays alive and must run while the state is there.
  io.restart();
  io.poll();
}

broker_address parse_address(std::string_view option, std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon != text.npos) {
    auto host = text.substr(0, colon);
    const auto port = parse_number(text.substr(colon + 1));
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!host.empty() && port && *port >= 0 && *port <= 65535) {
      return {std::string{host}, static_cast<std::int32_t>(*port)};
    }
  }
  throw usage_error{std::string{option} + " " + std::string{text} + ": expected HOST:PORT"};
}

}  // namespace kwire::cli
