// Cluster, connections, metadata and coordinators over a network that says anything.
#include "core/cluster/cluster.hpp"

#include <kwire/protocol/header.hpp>
#include <kwire/protocol/messages/heartbeat.hpp>
#include <kwire/protocol/messages/produce.hpp>
#include <map>
#include <memory>
#include <set>

#include "support/check.hpp"
#include "support/hostile.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

class silent_reactor final : public core::reactor {
 public:
  void handle(std::uint64_t, core::response, core::time_point) override {}
  void metadata_changed(const std::shared_ptr<const core::metadata_snapshot>&, core::time_point) override {}
  void advance(core::time_point) override {}
  core::time_point next_deadline() const override { return core::never; }
};

/// Plays the network and the users.
class game {
 public:
  explicit game(fuzz::input& in) : in_(in), cluster_(settings_, {{"b1", 9092}, {"b2", 9092}}, 7) {}

  void play() {
    core::outbox wishes;
    wishes.interest = core::topic_interest{};
    wishes.interest->names = {"t", "g"};
    cluster_.note(&origin_, wishes, now_);
    while (!in_.empty()) {
      step();
      settle();
    }
    // Every request ends by its deadline, whatever the peers did.
    now_ += std::chrono::seconds{60};
    for (int i = 0; i < 4; ++i) settle();
    fuzz::require(answered_.size() == submitted_, "every request is answered by its deadline",
                  [&] { return std::to_string(answered_.size()) + " of " + std::to_string(submitted_); });
  }

 private:
  struct asked {
    api key;
    std::int16_t version;
    correlation_id correlation;
  };

  void step() {
    switch (in_.below(8)) {
      case 0: return submit();
      case 1: now_ += std::chrono::milliseconds{in_.number<std::uint16_t>()}; return;
      case 2: return close();
      case 3: {
        core::outbox box;
        box.refresh_metadata = true;
        if (in_.flag()) box.lost_coordinators.emplace_back("g");
        return cluster_.note(&origin_, box, now_);
      }
      default: return answer();
    }
  }

  void submit() {
    core::destination to;
    switch (in_.below(4)) {
      case 0: to = core::destination::any(); break;
      case 1: to = core::destination::controller(); break;
      case 2: to = core::destination::broker(node_id{static_cast<std::int32_t>(in_.below(4))}); break;
      default: to = core::destination::group("g");
    }
    auto request = core::make_request(protocol::heartbeat_request{}, std::move(to),
                                      now_ + std::chrono::seconds{20}, ++submitted_);
    request.origin = &origin_;
    request.kind = static_cast<core::traffic>(in_.below(2) == 0 ? 0 : in_.below(4));
    cluster_.submit(std::move(request), now_);
  }

  std::uint64_t some_link() {
    if (links_.empty()) return 99;
    auto which = links_.begin();
    std::advance(which, static_cast<std::ptrdiff_t>(in_.below(links_.size())));
    return which->first;
  }

  void close() {
    const auto link = some_link();
    links_.erase(link);
    cluster_.on_closed(core::link_id{link}, error{errc::connection_lost}, now_);
  }

  void answer() {
    const auto link = some_link();
    const auto found = links_.find(link);
    if (found == links_.end() || found->second.empty()) return;
    const auto what = found->second.front();
    found->second.erase(found->second.begin());
    protocol::writer out;
    const auto* entry = protocol::find_message(what.key, protocol::direction::response);
    const auto correlation =
        in_.below(32) == 0 ? correlation_id{in_.number<std::int32_t>()} : what.correlation;
    protocol::encode_response_header(correlation, *entry->info, what.version, out);
    const auto body = what.key == api::api_versions && in_.below(4) != 0
                          ? all_versions(what.version)
                          : fuzz::hostile_body(what.key, protocol::direction::response, what.version, in_);
    out.raw(body);
    auto keep = std::make_shared<bytes>(std::move(out.buffer()));
    cluster_.on_frame(core::link_id{link}, {keep, *keep}, now_);
  }

  static bytes all_versions(std::int16_t version) {
    protocol::api_versions_response message;
    for (const auto& entry : protocol::all_messages()) {
      if (entry.info->way != protocol::direction::response) continue;
      auto& range = message.api_keys.emplace_back();
      range.api_key = entry.info->key;
      range.min_version = entry.info->versions.min;
      range.max_version = entry.info->versions.max;
    }
    protocol::writer out;
    (void)protocol::encode(message, version, out);
    return std::move(out.buffer());
  }

  /// Carries out what the cluster wants until it wants nothing more at this time.
  void settle() {
    for (int round = 0;; ++round) {
      fuzz::require(round < 2000, "the cluster comes to rest");
      cluster_.advance(now_);
      auto commands = std::exchange(cluster_.output().commands, {});
      auto answers = cluster_.take_answers(now_);
      for (const auto& done : answers) {
        fuzz::require(answered_.insert(done.asked.token).second, "one answer for each request");
      }
      for (auto& command : commands) carry_out(command);
      cluster_.output().events.clear();
      if (commands.empty() && answers.empty()) return;
    }
  }

  void carry_out(core::link_command& command) {
    if (const auto* open = std::get_if<core::open_link>(&command)) {
      const auto id = static_cast<std::uint64_t>(open->id);
      if (!in_.empty() && in_.below(8) == 0) {
        return cluster_.on_closed(open->id, error{errc::not_connected}, now_);
      }
      links_[id];
      cluster_.on_opened(open->id, now_);
    } else if (const auto* write = std::get_if<core::write_link>(&command)) {
      const auto link = links_.find(static_cast<std::uint64_t>(write->id));
      if (link == links_.end()) return;
      protocol::reader from{bytes_view{write->frame.head}.subspan(4)};
      const auto header = protocol::decode_request_header(from);
      fuzz::require(header.has_value(), "what is sent has a header");
      link->second.push_back({header->key, header->version, header->correlation});
    } else {
      links_.erase(static_cast<std::uint64_t>(std::get<core::close_link>(command).id));
    }
  }

  fuzz::input& in_;
  core::client_settings settings_;
  silent_reactor origin_;
  core::time_point now_{std::chrono::hours{1}};
  core::cluster cluster_;
  std::map<std::uint64_t, std::vector<asked>> links_;
  std::set<std::uint64_t> answered_;
  std::uint64_t submitted_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, std::min<std::size_t>(size, 8192)};
  game{in}.play();
  return 0;
}
