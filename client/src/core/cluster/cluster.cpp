#include "core/cluster/cluster.hpp"

#include <algorithm>
#include <charconv>
#include <kwire/protocol/messages/metadata.hpp>

namespace kwire::core {
namespace {

constexpr std::uint64_t metadata_token = 0;

}  // namespace

std::vector<bootstrap_address> parse_bootstrap(const std::vector<std::string>& entries,
                                               std::vector<std::string>& faults) {
  std::vector<bootstrap_address> addresses;
  for (std::string_view text : entries) {
    const auto whole = text;
    if (const auto scheme = text.find("://"); scheme != std::string_view::npos)
      text.remove_prefix(scheme + 3);
    const auto colon = text.rfind(':');
    const bool bracketed = text.starts_with('[');
    const bool bare_v6 = !bracketed && text.find(':') != colon;
    unsigned port = 9092;  // as librdkafka does for an entry without one
    auto host = text;
    const auto bracket = text.find(']');
    const bool has_port = colon != std::string_view::npos && !bare_v6 && !(bracketed && colon < bracket);
    bool good = !text.empty();
    if (has_port) {
      host = text.substr(0, colon);
      const auto digits = text.substr(colon + 1);
      const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
      good = ec == std::errc{} && end == digits.data() + digits.size() && port >= 1 && port <= 65535;
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!good || host.empty() || host.find_first_of("[]/@ \t") != std::string_view::npos) {
      faults.push_back("bootstrap.servers: \"" + std::string{whole} + "\" is not host:port");
      continue;
    }
    addresses.push_back({std::string{host}, static_cast<std::uint16_t>(port)});
  }
  return addresses;
}

cluster::cluster(const client_settings& settings, const std::vector<bootstrap_address>& seeds,
                 std::uint64_t seed)
    : settings_(&settings), random_(seed), metadata_(settings, random_), coordinators_(settings, random_) {
  for (const auto& place : seeds) {
    seeds_.push_back(make_endpoint(no_node, place.host, place.port));
  }
}

void cluster::submit(request asked, time_point now) {
  if (started_ == never) started_ = now;
  route(std::move(asked), now);
}

void cluster::route(request asked, time_point now) {
  endpoint* peer = nullptr;
  switch (asked.to.kind) {
    case destination::target::any: peer = choose_any(now); break;
    case destination::target::controller:
      // With KRaft any broker forwards; without metadata any broker is a good start.
      peer = endpoint_of(snapshot()->controller);
      if (peer == nullptr) peer = choose_any(now);
      break;
    case destination::target::node:
      peer = endpoint_of(asked.to.node);
      if (peer == nullptr) {
        metadata_.request_refresh();
        response failed;
        failed.failure = error{errc::not_connected, "broker " + std::to_string(raw(asked.to.node)) +
                                                        " is not in the cluster's metadata"};
        failed.failure->in(asked.body->info().key);
        done_.push_back({std::move(asked), std::move(failed)});
        return;
      }
      break;
    case destination::target::coordinator: {
      const auto node = coordinators_.find({asked.to.coordinator, asked.to.key});
      if (!node || (peer = endpoint_of(*node)) == nullptr) return coordinators_.wait(std::move(asked));
      break;
    }
  }
  if (peer == nullptr) return unrouted_.push_back(std::move(asked));
  const bool own = asked.kind == traffic::fetch || asked.kind == traffic::group;
  if (own) owners_[asked.owner] = asked.origin;
  auto& link = connection_to(*peer, asked.kind, own ? asked.owner : 0);
  link.submit(std::move(asked), now);
}

endpoint* cluster::endpoint_of(node_id id) {
  const auto found = learned_.find(id);
  return found == learned_.end() ? nullptr : found->second.get();
}

/// The brokers that may get what any of them can do. When every learned one fails, the bootstrap list counts
/// again (KIP-899).
std::vector<endpoint*> cluster::candidates() const {
  std::vector<endpoint*> known;
  for (const auto& [id, peer] : learned_) known.push_back(peer.get());
  const bool all_fail =
      std::ranges::all_of(known, [](const endpoint* peer) { return peer->last_failure.has_value(); });
  if (use_seeds_ || (all_fail && settings_->recovery == recovery_strategy::rebootstrap)) {
    for (const auto& peer : seeds_) known.push_back(peer.get());
  }
  return known;
}

/// The broker with the least work among those that answer; one that has failed only when its pause is over.
endpoint* cluster::choose_any(time_point now) {
  endpoint* best = nullptr;
  std::tuple<bool, std::size_t, std::uint64_t> best_rank{};
  for (auto* peer : candidates()) {
    const auto found = connections_.find({peer, traffic::general, 0});
    const bool ready = found != connections_.end() && found->second->ready();
    if (now < peer->retry_at && !ready) continue;  // the pause is for new connections
    const auto load = found == connections_.end() ? 0 : found->second->load();
    const std::tuple rank{!ready, load, random_.next()};
    if (best == nullptr || rank < best_rank) {
      best = peer;
      best_rank = rank;
    }
  }
  return best;
}

connection& cluster::connection_to(endpoint& peer, traffic kind, std::uint32_t owner) {
  auto& slot = connections_[connection_key{&peer, kind, owner}];
  if (!slot) {
    slot = std::make_unique<connection>(*settings_, peer, snapshot()->cluster_id, random_, output_);
  }
  return *slot;
}

connection* cluster::find(link_id link) {
  const auto known = links_.find(static_cast<std::uint64_t>(link));
  if (known != links_.end() && known->second->link() == link) return known->second;
  // Links that were closed from this side leave no event: their entries go when the next one comes.
  std::erase_if(links_, [](const auto& entry) {
    return !entry.second->open() || static_cast<std::uint64_t>(entry.second->link()) != entry.first;
  });
  for (auto& [key, candidate] : connections_) {
    if (candidate->link() == link && candidate->open()) {
      std::erase_if(links_, [&](const auto& entry) { return entry.second == candidate.get(); });
      links_[static_cast<std::uint64_t>(link)] = candidate.get();
      return candidate.get();
    }
  }
  return nullptr;
}

void cluster::note(const reactor* who, outbox& box, time_point now) {
  if (box.interest) {
    metadata_.set_interest(who, std::move(*box.interest), now);
    box.interest.reset();
  }
  if (std::exchange(box.refresh_metadata, false)) metadata_.request_refresh();
  if (!box.leaders.empty()) adopt_leaders(std::exchange(box.leaders, {}), now);
  for (auto& group : box.lost_coordinators) {
    coordinators_.forget({coordinator_type::group, group});
  }
  box.lost_coordinators.clear();
  for (auto& id : box.lost_transaction_coordinators)
    coordinators_.forget({coordinator_type::transaction, id});
  box.lost_transaction_coordinators.clear();
  for (const auto& [node, until] : box.throttled) {
    for (auto& [key, link] : connections_) {
      const bool heartbeat = std::get<traffic>(key) == traffic::group;
      if (std::get<0>(key)->id == node && !heartbeat) link->mute_until(until);
    }
  }
  box.throttled.clear();
}

void cluster::remove(const reactor& who, time_point now) {
  metadata_.remove_interest(&who);
  coordinators_.abandon(who);
  std::erase_if(unrouted_, [&](const request& asked) { return asked.origin == &who; });
  for (auto& [key, link] : connections_) link->abandon(who);
  std::erase_if(owners_, [&](const auto& entry) {
    if (entry.second != &who) return false;
    close_connections([&](const connection_key& key) { return std::get<std::uint32_t>(key) == entry.first; },
                      error{errc::closed}, now);
    return true;
  });
  std::erase_if(done_, [&](const answered& done) { return done.asked.origin == &who; });
  std::erase_if(output_.answers, [&](const answered& done) { return done.asked.origin == &who; });
}

void cluster::on_opened(link_id link, time_point now) {
  if (auto* owner = find(link)) owner->on_opened(now);
}

void cluster::on_frame(link_id link, const frame& received, time_point now) {
  if (auto* owner = find(link)) owner->on_frame(received, now);
}

void cluster::on_closed(link_id link, const error& why, time_point now) {
  if (auto* owner = find(link)) owner->on_closed(why, now);
  links_.erase(static_cast<std::uint64_t>(link));
}

void cluster::advance(time_point now) {
  ask_metadata(now);
  ask_coordinators(now);
  for (auto& [key, link] : connections_) link->advance(now);
  for (auto& asked : coordinators_.expire(now)) fail_unrouted(std::move(asked), now);
  auto held = std::exchange(unrouted_, {});
  for (auto& asked : held) {
    if (asked.deadline <= now) {
      fail_unrouted(std::move(asked), now);
    } else {
      route(std::move(asked), now);
    }
  }
  collect(now);
}

time_point cluster::next_deadline() const {
  auto next = std::min(metadata_.next_deadline(), coordinators_.next_deadline());
  for (const auto& [key, link] : connections_) next = std::min(next, link->next_deadline());
  for (const auto& asked : unrouted_) next = std::min({next, asked.deadline, first_retry()});
  return next;
}

time_point cluster::first_retry() const {
  auto next = never;
  for (const auto* peer : candidates()) next = std::min(next, peer->retry_at);
  return next;
}

void cluster::ask_metadata(time_point now) {
  auto body = metadata_.poll(now);
  if (!body) return;
  request ask;
  ask.body = std::move(body);
  ask.deadline = now + settings_->request_timeout;
  ask.origin = this;
  ask.token = metadata_token;
  submit(std::move(ask), now);
}

void cluster::ask_coordinators(time_point now) {
  for (const auto& which : coordinators_.poll(now)) {
    request ask;
    ask.body = coordinators::make_body(which);
    ask.deadline = now + settings_->request_timeout;
    ask.origin = this;
    ask.token = ++last_token_;
    looking_up_[ask.token] = which;
    submit(std::move(ask), now);
  }
}

void cluster::handle(std::uint64_t token, response answer, time_point now) {
  if (token == metadata_token) return on_metadata(answer, now);
  on_coordinator(token, answer, now);
}

void cluster::on_metadata(const response& answer, time_point now) {
  protocol::metadata_response message;
  std::optional<error> why;
  if (auto read = read_response(message, answer); !read) {
    metadata_.failed(now);
    why = read.error();
  } else if (metadata_.digest(message, now, why)) {
    adopt_brokers(now);
  }
  if (!why) return;
  if (*why == broker_errc::rebootstrap_required) use_seeds_ = true;
  const bool foreign = *why == errc::wrong_cluster;
  output_.events
      .emplace_back(foreign ? event_kind::wrong_cluster : event_kind::metadata_failed,
                    foreign ? severity::error : severity::warning, context::metadata)
      .because(*why);
  if (now - std::max(metadata_.last_success(), started_) >= settings_->rebootstrap_trigger &&
      settings_->recovery == recovery_strategy::rebootstrap && !use_seeds_) {
    use_seeds_ = true;
    output_.events.emplace_back(event_kind::rebootstrapped, severity::warning, context::metadata);
  }
}

void cluster::on_coordinator(std::uint64_t token, const response& answer, time_point now) {
  const auto which = looking_up_.extract(token).mapped();
  std::optional<coordinators::found> place;
  std::optional<error> why;
  auto ready = coordinators_.digest(which, answer, now, place, why);
  if (place) {
    learn(place->node, place->host, static_cast<std::uint16_t>(place->port), now);
    output_.events.emplace_back(event_kind::coordinator_found, severity::debug, context::cgrp)
        .at(place->node)
        .about(which.second);
  }
  for (auto& asked : ready) {
    if (place) {
      route(std::move(asked), now);
    } else {
      response failed;
      failed.failure = why;
      done_.push_back({std::move(asked), std::move(failed)});
    }
  }
}

/// Takes over the brokers of the newest snapshot; one whose address has changed is a new endpoint.
void cluster::adopt_brokers(time_point now) {
  use_seeds_ = false;
  for (const auto& [id, info] : snapshot()->brokers) learn(id, info.host, info.port, now);
  std::vector<node_id> gone;
  for (const auto& [id, peer] : learned_) {
    if (snapshot()->find(id) == nullptr) gone.push_back(id);
  }
  for (const auto id : gone) {
    auto peer = std::move(learned_.extract(id).mapped());
    drop(*peer, error{errc::connection_lost, "the broker has left the cluster"}, now);
  }
}

void cluster::adopt_leaders(const leader_news& news, time_point now) {
  if (!metadata_.adopt(news)) return;
  for (const auto& told : news.brokers) {
    if (const auto* info = snapshot()->find(told.id)) learn(info->id, info->host, info->port, now);
  }
}

void cluster::learn(node_id id, const std::string& host, std::uint16_t port, time_point now) {
  auto& slot = learned_[id];
  if (slot && slot->host == host && slot->port == port) return;
  if (slot) {
    drop(*slot, error{errc::connection_lost, "the broker has moved to " + host + ":" + std::to_string(port)},
         now);
  }
  slot = make_endpoint(id, host, port);
}

std::unique_ptr<endpoint> cluster::make_endpoint(node_id id, const std::string& host, std::uint16_t port) {
  auto made = std::make_unique<endpoint>(id, host, port, *settings_);
  made->number = ++last_endpoint_;
  return made;
}

void cluster::drop(endpoint& peer, const error& why, time_point now) {
  close_connections([&](const connection_key& key) { return std::get<0>(key) == &peer; }, why, now);
}

void cluster::close_connections(const std::function<bool(const connection_key&)>& which, const error& why,
                                time_point now) {
  for (auto it = connections_.begin(); it != connections_.end();) {
    if (!which(it->first)) {
      ++it;
      continue;
    }
    it->second->shut_down(why, now);
    std::erase_if(links_, [&](const auto& entry) { return entry.second == it->second.get(); });
    it = connections_.erase(it);
  }
}

/// Moves what connections answered to those who asked; requests that any broker can serve and that were not
/// sent go on to another broker.
void cluster::collect(time_point now) {
  while (!output_.answers.empty()) {
    auto answers = std::exchange(output_.answers, {});
    for (auto& done : answers) {
      if (!reroute(done, now)) done_.push_back(std::move(done));
    }
  }
  for (auto& e : metadata_.events()) output_.events.push_back(std::move(e));
  metadata_.events().clear();
}

bool cluster::reroute(answered& done, time_point now) {
  auto& failure = done.answer.failure;
  if (!failure) return false;
  if (*failure == broker_errc::rebootstrap_required) {
    // Another broker lives at this address now: to whoever asked, its own cannot be reached.
    use_seeds_ = true;
    metadata_.request_refresh();
    failure = error{errc::not_connected, failure->message()};
  }
  const auto kind = done.asked.to.kind;
  if (kind == destination::target::coordinator && *failure != errc::unsupported_by_broker) {
    coordinators_.forget({done.asked.to.coordinator, done.asked.to.key});
  }
  const bool hopeless =
      *failure == errc::unsupported_by_broker || failure->code().category() != client_category();
  if (kind == destination::target::node || done.answer.maybe_sent || hopeless) return false;
  if (kind == destination::target::controller) metadata_.request_refresh();  // it may have moved
  if (done.asked.deadline <= now) {
    if (kind != destination::target::coordinator) failure = unreachable(failure->message());
    return false;
  }
  // A peer that is no broker, or too old, stays so: tell it instead of trying until the deadline, unless
  // there are others to try.
  const bool only_one = seeds_.size() + learned_.size() == 1;
  if (only_one && (*failure == errc::not_a_kafka_broker || *failure == errc::version_negotiation))
    return false;
  route(std::move(done.asked), now);
  return true;
}

/// Names the last cause of every broker; `causes` is one that is known already.
error cluster::unreachable(std::string causes) const {
  const auto add = [&](const endpoint& peer) {
    if (!peer.last_failure) return;
    const auto text = peer.last_failure->message();
    if (causes.find(peer.address()) == std::string::npos) causes += (causes.empty() ? "" : "; ") + text;
  };
  for (const auto& peer : seeds_) add(*peer);
  for (const auto& [id, peer] : learned_) add(*peer);
  return error{errc::not_connected, std::move(causes)};
}

void cluster::fail_unrouted(request asked, time_point) {
  response failed;
  failed.failure = unreachable({});
  if (asked.to.kind == destination::target::coordinator) {
    const auto& last = coordinators_.last_error({asked.to.coordinator, asked.to.key});
    // What the cluster itself answered says more than that time is up.
    if (last && last->code().category() == broker_category()) failed.failure = *last;
  }
  failed.failure->in(asked.body->info().key);
  done_.push_back({std::move(asked), std::move(failed)});
}

std::vector<answered> cluster::take_answers(time_point now) {
  collect(now);
  std::vector<answered> out;
  // Answers to the cluster's own requests may route further ones, which may fail at once.
  while (!done_.empty()) {
    auto batch = std::exchange(done_, {});
    for (auto& done : batch) {
      if (done.asked.origin == this) {
        handle(done.asked.token, std::move(done.answer), now);
      } else if (done.asked.origin != nullptr) {
        out.push_back(std::move(done));
      }
    }
    collect(now);
  }
  return out;
}

void cluster::metrics(metrics_snapshot& into) const {
  std::map<std::uint64_t, broker_metrics> rows;  // in the order of the endpoints
  const auto row = [&](const endpoint& peer) {
    auto& m = rows[peer.number];
    m.id = peer.id;
    m.address = peer.address();
    if (peer.last_failure) m.last_failure = peer.last_failure->message();
    m.requests = peer.requests;
    m.failures = peer.failures;
    m.bytes_sent = peer.bytes_sent;
    m.bytes_received = peer.bytes_received;
    m.latency = peer.latency.summary();
  };
  for (const auto& peer : seeds_) row(*peer);
  for (const auto& [id, peer] : learned_) row(*peer);
  for (const auto& [key, link] : connections_) {
    auto& m = rows[std::get<0>(key)->number];
    m.connections += link->open();
    m.in_flight += static_cast<std::uint32_t>(link->in_flight());
    m.waiting += static_cast<std::uint32_t>(link->waiting());
  }
  for (auto& [number, m] : rows) into.brokers.push_back(std::move(m));
}

}  // namespace kwire::core
