// The embedded broker with clients that say anything: it answers what parses, hangs up on the rest.
#include <algorithm>
#include <array>
#include <kwire/protocol/header.hpp>

#include "core/broker_core.hpp"
#include "support/check.hpp"
#include "support/hostile.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

class game {
 public:
  static embedded::core_options three_nodes() {
    embedded::core_options options;
    options.nodes = {{node_id{1}, "a", 1, "r"}, {node_id{2}, "b", 2, "s"}, {node_id{3}, "c", 3}};
    return options;
  }

  explicit game(fuzz::input& in) : in_(in), core_(three_nodes()) {
    core_.create_topic("t", 2, core_.default_config());
    for (auto& id : clients_) connect(id);
  }

  void play() {
    for (int steps = 0; !in_.empty() && steps < 512; ++steps) {
      auto& from = clients_[in_.below(clients_.size())];
      switch (in_.below(16)) {
        case 0: now_ += std::chrono::milliseconds{in_.number<std::uint16_t>()}; break;
        case 1:
          core_.disconnected(from);
          connect(from);
          break;
        case 2: happen(); break;
        case 3: send(from, to_bytes(in_.take(in_.number<std::uint8_t>()))); break;
        default: request(from);
      }
      core_.advance(now_);
      collect();
    }
  }

 private:
  /// Numbers of connections are not used again; each goes to the next node.
  void connect(embedded::connection_id& client) {
    client = embedded::connection_id{++last_client_};
    core_.connected(client, "h", node_id{static_cast<std::int32_t>(last_client_ % 3) + 1});
  }

  /// Something that befalls the cluster.
  void happen() {
    const node_id node{static_cast<std::int32_t>(in_.below(3)) + 1};
    const partition_id index{static_cast<std::int32_t>(in_.below(2))};
    switch (in_.below(9)) {
      case 0: core_.stop_node(node, in_.below(2) == 0, now_); break;
      case 1:
      case 2: core_.start_node(node, now_); break;
      case 3: core_.move_leader("t", index, node, now_); break;
      case 4: core_.lose_tail("t", index, static_cast<std::int64_t>(in_.below(8)), now_); break;
      case 5: core_.hold_replication("t", index, in_.below(2) == 0, now_); break;
      case 6: core_.hide_topic("t", now_); break;
      case 7: core_.show_topic("t", now_); break;
      default: core_.recreate_topic("t", now_);
    }
  }

  void request(embedded::connection_id from) {
    constexpr std::size_t keys = static_cast<std::size_t>(raw(api::unregister_controller)) + 1;
    const api key{static_cast<std::int16_t>(in_.below(keys))};
    const auto* entry = protocol::find_message(key, protocol::direction::request);
    auto range = core_.versions(key);
    const auto version =
        range.empty() || in_.below(32) == 0
            ? fuzz::pick_version(*entry->info, in_)
            : static_cast<std::int16_t>(
                  range.min +
                  static_cast<std::int16_t>(in_.below(static_cast<std::size_t>(range.max - range.min) + 1)));
    protocol::writer out;
    protocol::encode_header({key, version, correlation_id{7}, "c"}, *entry->info, out);
    out.raw(fuzz::hostile_body(key, protocol::direction::request, version, in_));
    send(from, std::move(out.buffer()));
  }

  void send(embedded::connection_id from, const bytes& content) {
    embedded::frame made{std::make_shared_for_overwrite<std::byte[]>(content.size()), content.size()};
    std::ranges::copy(content, made.storage.get());
    core_.handle(from, std::move(made), now_);
  }

  void collect() {
    for (auto& reply : core_.take_replies()) {
      if (reply.close) {
        core_.disconnected(reply.connection);
        if (auto* const found = std::ranges::find(clients_, reply.connection); found != clients_.end())
          connect(*found);
        continue;
      }
      fuzz::require(reply.content.head.size() >= 8, "an answer has a length and a header");
      std::size_t total = reply.content.head.size() - 4;
      for (const auto& piece : reply.content.pieces) total += piece.slice.content.size();
      fuzz::require(
          protocol::reader{reply.content.head}.fixed<std::int32_t>() == static_cast<std::int32_t>(total),
          "an answer is as long as it says");
    }
  }

  fuzz::input& in_;
  embedded::broker_core core_;
  std::array<embedded::connection_id, 3> clients_{};
  std::uint64_t last_client_ = 0;
  embedded::instant now_{std::chrono::seconds{1'700'000'000}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, std::min<std::size_t>(size, 8192)};
  game{in}.play();
  return 0;
}
