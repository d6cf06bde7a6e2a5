#pragma once

#include <deque>
#include <functional>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/wire/message.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "endpoint.hpp"
#include "network.hpp"

namespace kwire::sim {

/// A client that was written for the simulation from the protocol alone: it shares nothing with kwire's
/// client but the messages. What a peer does is a script: ask, look at the answer (or that there is none), go
/// on.
class peer : public endpoint {
 public:
  struct surroundings {
    agenda& clock;
    trace& log;
    network& net;
    std::int32_t nodes = 0;
  };
  peer(host_id id, surroundings around, std::uint64_t seed);
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  ~peer() override { *alive_ = false; }

  void opened(core::link_id link) final;
  void refused(core::link_id link) final {
    run([this, link] { fail(link); });
  }
  void answer(core::link_id link, bytes content) final;
  void hung_up(core::link_id link) final {
    run([this, link] { fail(link); });
  }
  void pause(bool on) final;
  bool paused() const final { return paused_; }
  void kill() final;
  bool dead() const final { return dead_; }

  host_id id() const noexcept { return id_; }
  virtual void start() = 0;

 protected:
  /// Brokers answer a connection in order, so what may wait long has one of its own.
  enum class lane : std::uint8_t { control, data, group };
  enum class coordinator : std::int8_t { group = 0, transaction = 1 };

  micros now() const { return around_.clock.now(); }
  trace& log() { return around_.log; }
  core::random_source& random() { return random_; }
  bool percent(std::uint64_t chance) { return random_.below(100) < chance; }
  /// Does `what` later or, when the process is paused then, as soon as it goes on.
  void after(micros wait, std::function<void()> what);
  void say(const std::string& what);

  /// Asks a node. `then` gets the answer, or null when there is none and nobody knows whether the request has
  /// taken effect; it is called exactly once, unless the process is killed.
  template <class Request>
  void ask(lane way, node_id node, const Request& request, std::int16_t version,
           std::function<void(const typename Request::response*)> then, micros patience = 2 * second) {
    using response = typename Request::response;
    protocol::writer out;
    out.fixed(std::int32_t{0});
    const correlation_id number{++last_correlation_};
    protocol::encode_header({Request::info.key, version, number, name_}, Request::info, out);
    if (!protocol::encode(request, version, out)) return broken("a request cannot be encoded");
    out.patch32(0, static_cast<std::int32_t>(out.total() - 4));
    send(way, node, raw(number), std::move(out.buffer()), patience,
         [this, version, then = std::move(then)](const bytes* frame) {
           if (frame == nullptr) return then(nullptr);
           protocol::reader in{bytes_view{*frame}};
           response message;
           if (!protocol::decode_response_header(in, response::info, version) ||
               !protocol::decode(message, version, bytes_view{*frame}.subspan(in.offset()))) {
             return broken("an answer cannot be decoded");
           }
           then(&message);
         });
  }

  // What every client has to know of a cluster.
  struct topic_facts {
    uuid id;
    std::map<std::int32_t, node_id> leaders;
  };
  /// No node while it is not known, which has metadata asked for.
  node_id leader(const std::string& topic, std::int32_t partition);
  node_id leader(const uuid& topic, std::int32_t partition);
  const topic_facts* facts(const std::string& topic) const;
  void refresh();
  node_id coordinator_of(coordinator kind, const std::string& key);
  void forget_coordinator(coordinator kind, const std::string& key) { coordinators_.erase({kind, key}); }
  node_id anybody() {
    return node_id{1 + static_cast<std::int32_t>(random_.below(static_cast<std::uint64_t>(around_.nodes)))};
  }
  /// The connection was used up: whoever waits on it gets no answer.
  void hang_up(lane way, node_id node);
  virtual void broken(const std::string& what) = 0;

 private:
  using place = std::pair<lane, node_id>;
  using continuation = std::function<void(const bytes*)>;
  struct question {
    std::int32_t number;
    continuation then;
  };
  struct line {
    core::link_id link{};
    bool open = false;
    std::deque<bytes> unsent;
    std::deque<question> waiting;
  };

  void send(lane way, node_id node, std::int32_t number, bytes frame, micros patience, continuation then);
  void write(line& to, bytes frame);
  void fail(core::link_id link);
  void give_up(const place& where);
  void run(std::function<void()> what);

  const host_id id_;
  const std::string name_;
  surroundings around_;
  core::random_source random_;
  std::map<place, line> lines_;
  std::map<core::link_id, place> by_link_;
  std::uint64_t last_link_ = 0;
  std::int32_t last_correlation_ = 0;
  std::map<std::string, topic_facts> topics_;
  std::map<std::pair<coordinator, std::string>, node_id> coordinators_;
  bool refreshing_ = false;
  micros refreshed_ = -second;
  std::map<std::pair<coordinator, std::string>, micros> searching_;
  std::deque<std::function<void()>> backlog_;
  bool paused_ = false;
  bool dead_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace kwire::sim
