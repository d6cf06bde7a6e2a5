#include "front/tcp_front.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>

namespace kwire::embedded {
namespace {

using boost::system::error_code;

// The core works on one request of a connection at a time; a few more are read ahead.
constexpr std::size_t most_queued = 8;
constexpr std::int32_t most_octets_of_strangers = 512 * 1024;  // Kafka's sasl.server.max.receive.size

}  // namespace

tcp_front::tcp_front(broker_core& core, std::mutex& guard, listener on_client)
    : core_(core),
      guard_(guard),
      on_client_(std::move(on_client)),
      wall_start_(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())),
      steady_start_(std::chrono::steady_clock::now()) {}

/// Wall time that never jumps: the clock is read once, then the steady one counts on.
instant tcp_front::now() const {
  return wall_start_ +
         std::chrono::floor<std::chrono::microseconds>(std::chrono::steady_clock::now() - steady_start_);
}

std::uint16_t tcp_front::listen(door which, const std::string& host, std::uint16_t port, bool sasl,
                                boost::asio::ssl::context* tls) {
  tcp::resolver resolver{io_};
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive);
  auto& at = doors_.try_emplace(which, io_).first->second;
  at.where = *found.begin();
  at.sasl = sasl;
  at.tls = tls;
  listen(at);
  return at.where.port();
}

void tcp_front::listen(doorway& at) {
  at.acceptor.open(at.where.protocol());
  at.acceptor.set_option(tcp::acceptor::reuse_address{true});
  error_code failed;
  at.acceptor.bind(at.where, failed);
  if (!failed) at.acceptor.listen(tcp::acceptor::max_listen_connections, failed);
  if (failed) {
    at.acceptor.close();
    throw boost::system::system_error{
        failed, "listen on " + at.where.address().to_string() + ":" + std::to_string(at.where.port())};
  }
  at.where = at.acceptor.local_endpoint();
}

void tcp_front::run(const std::function<void()>& what) {
  std::promise<void> done;
  boost::asio::post(io_, [&] {
    try {
      what();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

void tcp_front::open(node_id node) {
  run([this, node] {
    for (auto& [which, at] : doors_) {
      if (which.node != node || at.acceptor.is_open()) continue;
      listen(at);
      accept(which, at);
    }
  });
}

void tcp_front::close(node_id node) {
  run([this, node] {
    for (auto& [which, at] : doors_) {
      if (which.node == node) at.acceptor.close();
    }
  });
}

void tcp_front::start() {
  io_.restart();
  for (auto& [which, at] : doors_) {
    if (at.acceptor.is_open()) accept(which, at);
  }
  boost::asio::post(io_, [this] { pump(); });
  thread_ = std::thread{[this] { io_.run(); }};
}

void tcp_front::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] {
    for (auto& [which, at] : doors_) at.acceptor.close();
    for (const auto& one : std::exchange(greetings_, {})) one->close();
    timer_.cancel();
    armed_.reset();
    for (const auto& [id, whom] : std::map{clients_}) whom.line->close();
    io_.stop();
  });
  thread_.join();
  // Handlers of closed sockets are still queued; they keep links alive and must not outlive this.
  io_.restart();
  io_.poll();
}

void tcp_front::poke() {
  boost::asio::post(io_, [this] { pump(); });
}

void tcp_front::close_connections() {
  boost::asio::post(io_, [this] {
    for (const auto& [id, whom] : std::map{clients_}) whom.line->close();
  });
}

void tcp_front::accept(door which, doorway& at) {
  at.acceptor.async_accept([this, which, &at](error_code error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted || !at.acceptor.is_open()) return;
    if (!error) greet(which, at, std::move(socket));
    accept(which, at);
  });
}

void tcp_front::greet(door which, doorway& at, tcp::socket socket) {
  entrance by{which.listener, at.sasl};
  if (at.tls == nullptr) {
    return admit(which.node, by,
                 [&](link::events to) { return make_link(std::move(socket), std::move(to)); });
  }
  const auto greeting = std::make_shared<tls_greeting>(std::move(socket), *at.tls);
  greetings_.insert(greeting);
  const std::weak_ptr<tls_greeting> whose = greeting;  // it keeps the functions, which must not keep it
  greeting->start(
      [this, node = which.node, by](tls_stream stream, std::string principal) mutable {
        by.principal = std::move(principal);
        admit(node, by, [&](link::events to) { return make_tls_link(std::move(stream), std::move(to)); });
      },
      [this, whose] { greetings_.erase(whose.lock()); });
}

void tcp_front::admit(node_id node, const entrance& by, const make& made) {
  const connection_id id{++last_id_};
  link::events events{[this, id](frame content) { return on_frame(id, std::move(content)); },
                      [this, id] { read_on(id); }, [this, id] { on_gone(id); }};
  auto line = made(std::move(events));
  {
    const std::lock_guard lock{guard_};
    core_.connected(id, line->address().substr(0, line->address().rfind(':')), node, by);
  }
  if (by.sasl) line->limit_requests(most_octets_of_strangers);
  auto& added = clients_[id] = {line, false, by.principal};
  open_ = clients_.size();
  tell(broker_client_event::kind::connected, id, added);
  line->start();
}

bool tcp_front::on_frame(connection_id id, frame content) {
  bool is_known = false;
  {
    const std::lock_guard lock{guard_};
    core_.handle(id, std::move(content), now());
    is_known = core_.has_authenticated(id);
  }
  pump();
  const auto found = clients_.find(id);
  if (found == clients_.end()) return false;
  if (is_known) found->second.line->limit_requests(link::most_request_octets);
  identify(id, found->second);
  if (may_read(id, *found->second.line)) return true;
  paused_.insert(id);
  return false;
}

bool tcp_front::may_read(connection_id id, const link& line) {
  const std::lock_guard lock{guard_};
  if (journal_ != nullptr && journal_->is_congested()) return false;
  return core_.queued(id) < most_queued && !line.is_congested();
}

void tcp_front::on_gone(connection_id id) {
  const auto node = clients_.extract(id);
  paused_.erase(id);
  open_ = clients_.size();
  if (!node.empty()) tell(broker_client_event::kind::disconnected, id, node.mapped());
  const std::lock_guard lock{guard_};
  core_.disconnected(id);
}

void tcp_front::progress() {
  boost::asio::post(io_, [this] {
    if (!journal_->failure().empty()) return give_up();
    pump();
  });
}

/// What was answered but is not kept was never said.
void tcp_front::give_up() {
  held_.clear();
  for (auto& [which, at] : doors_) at.acceptor.close();
  for (const auto& [id, whom] : std::map{clients_}) whom.line->close();
  if (on_failure_) std::exchange(on_failure_, {})(journal_->failure());
}

void tcp_front::release() {
  while (!held_.empty() && held_.front().first <= journal_->done()) {
    auto replies = std::move(held_.front().second);
    held_.pop_front();
    deliver(std::move(replies));
  }
}

void tcp_front::pump() {
  std::vector<reply> replies;
  std::uint64_t ticket = 0;
  {
    const std::lock_guard lock{guard_};
    core_.advance(now());
    replies = core_.take_replies();
    if (journal_ != nullptr) ticket = journal_->submit(core_);
  }
  if (journal_ != nullptr) {
    if (!replies.empty()) held_.emplace_back(ticket, std::move(replies));
    release();
  } else {
    deliver(std::move(replies));
  }
  // Reading on may bring frames, which pump in turn; the outermost call goes on until nobody can.
  if (!std::exchange(pumping_, true)) {
    for (const auto id : std::set{paused_}) read_on(id);
    pumping_ = false;
  }
  arm();
}

void tcp_front::deliver(std::vector<reply> replies) {
  for (auto& one : replies) {
    const auto found = clients_.find(one.connection);
    if (found == clients_.end()) continue;
    const auto line = found->second.line;
    if (one.close) {
      line->finish();
    } else {
      line->send(std::move(one.content));
    }
  }
}

void tcp_front::read_on(connection_id id) {
  const auto found = clients_.find(id);
  if (found == clients_.end() || !may_read(id, *found->second.line)) return;
  paused_.erase(id);
  const auto line = found->second.line;  // keeps it while reading, which may end the connection
  line->resume();
}

void tcp_front::arm() {
  std::optional<instant> deadline;
  {
    const std::lock_guard lock{guard_};
    deadline = core_.next_deadline();
  }
  if (deadline == armed_) return;
  armed_ = deadline;
  if (!deadline) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::max(*deadline - now(), std::chrono::microseconds{0}));
  timer_.async_wait([this](error_code error) {
    if (error) return;
    armed_.reset();
    pump();
  });
}

/// Tells of a client's first request, and of who it has turned out to be.
void tcp_front::identify(connection_id id, client& whom) {
  if (!on_client_) return;
  if (!std::exchange(whom.identified, true)) tell(broker_client_event::kind::identified, id, whom);
  std::string principal;
  {
    const std::lock_guard lock{guard_};
    const auto* said = core_.client(id);
    if (said == nullptr || said->principal == whom.principal) return;
    principal = said->principal;
  }
  whom.principal = std::move(principal);
  tell(broker_client_event::kind::authenticated, id, whom);
}

void tcp_front::tell(broker_client_event::kind what, connection_id id, const client& whom) {
  if (!on_client_) return;
  broker_client_event event;
  event.what = what;
  event.address = whom.line->address();
  event.principal = whom.principal;
  {
    const std::lock_guard lock{guard_};
    if (const auto* said = core_.client(id)) {
      event.client_id = said->client_id;
      event.software_name = said->software_name;
      event.software_version = said->software_version;
    }
  }
  on_client_(event);
}

}  // namespace kwire::embedded
