#include "core/cluster/cluster_rig.hpp"

#include <algorithm>

namespace kwire::test {

cluster_rig::cluster_rig(std::vector<core::bootstrap_address> seeds, std::uint64_t seed)
    : cluster(std::make_unique<core::cluster>(settings, seeds, seed)) {
  for (std::int32_t id = 1; id <= 3; ++id) brokers[id] = "b" + std::to_string(id) + ":9092";
}

void cluster_rig::submit(std::uint64_t token, core::destination to, core::duration within, core::traffic kind,
                         std::uint32_t owner) {
  auto asked = core::make_request(protocol::heartbeat_request{}, std::move(to), now + within, token);
  asked.origin = &origin;
  asked.kind = kind;
  asked.owner = owner;
  cluster->submit(std::move(asked), now);
}

void cluster_rig::want(const std::string& topic) {
  core::outbox box;
  box.interest = core::topic_interest{};
  box.interest->names = {topic};
  cluster->note(&origin, box, now);
}

void cluster_rig::run() {
  for (int round = 0; round < 1000; ++round) {
    cluster->advance(now);
    bool busy = false;
    for (auto& done : cluster->take_answers(now)) {
      answers[done.asked.token].push_back(std::move(done.answer));
      busy = true;
    }
    busy = carry_out() || busy;
    if (busy) continue;
    if (cluster->next_deadline() > now) return;
    // A deadline may be due once more after what it set off; more often is a spin.
    if (++spins > 10'000) return;
  }
  FAIL("never quiet");
}

void cluster_rig::run_until(core::time_point end) {
  for (int events = 0; events < 100'000; ++events) {
    run();
    const auto next = cluster->next_deadline();
    if (next > end) break;
    now = std::max(now, next);
  }
  now = end;
  run();
}

bool cluster_rig::carry_out() {
  auto commands = std::exchange(cluster->output().commands, {});
  for (auto& command : commands) {
    if (auto* open = std::get_if<core::open_link>(&command)) {
      const auto id = static_cast<std::uint64_t>(open->id);
      const auto address = open->host + ":" + std::to_string(open->port);
      if (silent.contains(address)) {
        lines_[id] = {address, true};
      } else if (down.contains(address)) {
        cluster->on_closed(open->id, error{errc::not_connected, address + " refuses"}, now);
      } else {
        lines_[id] = {address, true};
        cluster->on_opened(open->id, now);
      }
    } else if (auto* write = std::get_if<core::write_link>(&command)) {
      on_write(static_cast<std::uint64_t>(write->id), write->frame);
    } else {
      lines_.erase(static_cast<std::uint64_t>(std::get<core::close_link>(command).id));
    }
  }
  return !commands.empty();
}

template <class M>
void cluster_rig::reply(std::uint64_t link, const M& message, const protocol::request_header& to) {
  cluster->on_frame(core::link_id{link}, answer_frame(message, to.version, to.correlation), now);
}

protocol::metadata_response cluster_rig::metadata() const {
  protocol::metadata_response message;
  message.cluster_id = cluster_id;
  message.topics = topics;
  message.controller_id = node_id{controller};
  for (const auto& [id, address] : brokers) {
    auto& broker = message.brokers.emplace_back();
    broker.id = node_id{id};
    broker.host = address.substr(0, address.find(':'));
    broker.port = std::stoi(address.substr(address.find(':') + 1));
  }
  return message;
}

void cluster_rig::on_write(std::uint64_t link, const core::outgoing_frame& frame) {
  const auto known = lines_.find(link);
  if (known == lines_.end()) return;  // closed meanwhile
  const auto address = known->second.address;
  const auto request = read_frame(joined(frame));
  const auto user = request.header.key == api::heartbeat;
  const auto queued = std::ranges::any_of(pending, [=](const received& r) { return r.link == link; });
  // A broker answers a connection in order.
  if (queued || (user && answer_later.contains(address))) {
    pending.push_back({link, address, request.header});
  } else {
    answer(link, request.header);
  }
}

void cluster_rig::answer(std::uint64_t link, const protocol::request_header& header) {
  switch (header.key) {
    case api::api_versions: {
      auto message = usual_versions();
      message.error_code = static_cast<std::int16_t>(versions_error);
      return reply(link, message, header);
    }
    case api::metadata: ++metadata_requests; return reply(link, metadata(), header);
    case api::find_coordinator: {
      ++look_ups;
      protocol::find_coordinator_response message;
      auto& only = message.coordinators.emplace_back();
      only.error_code = static_cast<std::int16_t>(coordinator_error);
      if (brokers.contains(coordinator) && coordinator_error == broker_errc::none) {
        const auto& place = brokers.at(coordinator);
        only.node = node_id{coordinator};
        only.host = place.substr(0, place.find(':'));
        only.port = std::stoi(place.substr(place.find(':') + 1));
      }
      return reply(link, message, header);
    }
    default: return reply(link, protocol::heartbeat_response{}, header);
  }
}

void cluster_rig::serve() {
  REQUIRE_FALSE(pending.empty());
  const auto oldest = pending.front();
  pending.erase(pending.begin());
  answer(oldest.link, oldest.header);
}

void cluster_rig::cut(std::uint64_t link, errc why) {
  lines_.erase(link);
  std::erase_if(pending, [=](const received& r) { return r.link == link; });
  cluster->on_closed(core::link_id{link}, error{why}, now);
}

void cluster_rig::cut(const std::string& address) {
  for (const auto link : links_to(address)) cut(link);
}

std::vector<std::uint64_t> cluster_rig::links_to(const std::string& address) const {
  std::vector<std::uint64_t> found;
  for (const auto& [id, known] : lines_) {
    if (address.empty() || known.address == address) found.push_back(id);
  }
  return found;
}

std::string cluster_rig::fate(std::uint64_t token) const {
  const auto found = answers.find(token);
  if (found == answers.end()) return "none";
  if (found->second.size() != 1) return "answered " + std::to_string(found->second.size()) + " times";
  const auto& only = found->second.front();
  if (!only.failure) return "ok from " + std::to_string(raw(only.from));
  return std::string{only.maybe_sent ? "maybe: " : "unsent: "} + only.failure->message();
}

}  // namespace kwire::test
