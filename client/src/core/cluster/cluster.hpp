#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/cluster/coordinators.hpp"
#include "core/cluster/metadata_keeper.hpp"
#include "core/connection/connection.hpp"

namespace kwire::core {

/// Where a client starts.
struct bootstrap_address {
  std::string host;
  std::uint16_t port = 0;
};

/// Reads `host:port,[v6]:port`. Every entry that is none is reported in `faults`.
std::vector<bootstrap_address> parse_bootstrap(const std::vector<std::string>& entries,
                                               std::vector<std::string>& faults);

/// All that a client knows of its cluster: addresses, connections, metadata, coordinators. Brings each
/// request to the right broker and its answer back; sockets are somebody else's.
class cluster final : private reactor {
 public:
  cluster(const client_settings& settings, const std::vector<bootstrap_address>& seeds, std::uint64_t seed);

  /// Every request comes back once, in `take_answers`.
  void submit(request asked, time_point now);
  /// Carries out the part of an outbox that is not requests.
  void note(const reactor* who, outbox& box, time_point now);
  /// The reactor is going away: drops its requests, interests and connections of its own.
  void remove(const reactor& who, time_point now);

  // What the network did.
  void on_opened(link_id link, time_point now);
  void on_frame(link_id link, const frame& received, time_point now);
  void on_closed(link_id link, const error& why, time_point now);

  void advance(time_point now) override;
  time_point next_deadline() const override;

  connection_output& output() noexcept { return output_; }
  std::vector<answered> take_answers(time_point now);
  const std::shared_ptr<const metadata_snapshot>& snapshot() const noexcept { return metadata_.snapshot(); }
  void metrics(metrics_snapshot& into) const;

 private:
  using connection_key = std::tuple<const endpoint*, traffic, std::uint32_t>;
  /// By number: addresses in memory differ from run to run, and a run must be repeatable.
  struct in_order {
    bool operator()(const connection_key& a, const connection_key& b) const noexcept {
      const auto rank = [](const connection_key& key) {
        return std::tuple{std::get<0>(key)->number, std::get<1>(key), std::get<2>(key)};
      };
      return rank(a) < rank(b);
    }
  };

  void handle(std::uint64_t token, response answer, time_point now) override;
  void metadata_changed(const std::shared_ptr<const metadata_snapshot>&, time_point) override {}

  void route(request asked, time_point now);
  endpoint* endpoint_of(node_id id);
  std::vector<endpoint*> candidates() const;
  endpoint* choose_any(time_point now);
  connection& connection_to(endpoint& peer, traffic kind, std::uint32_t owner);
  connection* find(link_id link);
  std::unique_ptr<endpoint> make_endpoint(node_id id, const std::string& host, std::uint16_t port);
  void learn(node_id id, const std::string& host, std::uint16_t port, time_point now);
  void adopt_brokers(time_point now);
  void adopt_leaders(const leader_news& news, time_point now);
  void drop(endpoint& peer, const error& why, time_point now);
  void close_connections(const std::function<bool(const connection_key&)>& which, const error& why,
                         time_point now);
  error unreachable(std::string causes) const;
  void ask_metadata(time_point now);
  void ask_coordinators(time_point now);
  void on_metadata(const response& answer, time_point now);
  void on_coordinator(std::uint64_t token, const response& answer, time_point now);
  void collect(time_point now);
  bool reroute(answered& done, time_point now);
  void fail_unrouted(request asked, time_point now);
  time_point first_retry() const;

  const client_settings* settings_;
  random_source random_;
  metadata_keeper metadata_;
  coordinators coordinators_;
  std::vector<std::unique_ptr<endpoint>> seeds_;
  std::map<node_id, std::unique_ptr<endpoint>> learned_;
  std::map<connection_key, std::unique_ptr<connection>, in_order> connections_;
  std::unordered_map<std::uint64_t, connection*> links_;
  std::map<std::uint32_t, const reactor*> owners_;  ///< of connections that are not shared
  std::vector<request> unrouted_;
  std::map<std::uint64_t, coordinators::key> looking_up_;
  std::uint64_t last_token_ = 0;
  std::uint64_t last_endpoint_ = 0;
  bool use_seeds_ = true;  ///< until metadata came from them
  time_point started_ = never;
  connection_output output_;
  std::vector<answered> done_;
};

}  // namespace kwire::core
