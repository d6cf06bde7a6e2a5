#include "core/broker_core.hpp"

#include <algorithm>
#include <kwire/protocol/messages/api_versions.hpp>
#include <utility>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

constexpr std::size_t length_octets = 4;

/// Puts the length in front and the slices into their places.
encoded_frame assemble(protocol::writer& out, std::vector<std::vector<shared_slice>>& records) {
  encoded_frame made;
  const auto& places = out.slices();
  for (std::size_t i = 0; i < places.size() && i < records.size(); ++i) {
    for (auto& slice : records[i]) made.pieces.push_back({places[i].at, std::move(slice)});
  }
  out.patch32(0, static_cast<std::int32_t>(out.total() - length_octets));
  made.head = std::move(out.buffer());
  return made;
}

}  // namespace

broker_core::broker_core(core_options options)
    : options_(std::move(options)),
      cluster_(options_.cluster_id, options_.nodes),
      random_(options_.seed),
      groups_(options_.groups, timers_, random_),
      transactions_(options_.transactions, timers_, [this] { return producer_id{next_producer_id()}; }) {
  for (const auto& node : cluster_.nodes()) {
    fetch_sessions_.try_emplace(node.id, options_.fetch_session_slots);
    share_sessions_.try_emplace(node.id, options_.share_session_slots);
  }
  groups_.use(cluster_);
  groups_.on_freed([this](const share_group::place& where, instant now) { wake(*this, where, now); });
  groups_.on_answer([this](const group_answer& answer) { send_group_answer(*this, answer); });
  transactions_.on_markers([this](const auto& what, instant at) { return mark(what, at); },
                           [this](const auto& group, const auto& producer, bool commit, instant) {
                             groups_.end_transaction(group, producer.id, commit);
                           });
}

void broker_core::connected(connection_id id, std::string client_host, node_id node) {
  auto& made = connections_[id];
  made.client.host = std::move(client_host);
  made.node = node;
  if (!cluster_.is_alive(node)) close(id);
}

void broker_core::disconnected(connection_id id) {
  fetch_waits_.remove(id, timers_);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  if (auto& sessions = share_sessions_.at(found->second.node); sessions.size() > 0) {
    // Later, because it may answer others.
    timers_.schedule(now_,
                     [this, &sessions, id](instant now) { end_share_sessions(*this, sessions, id, now); });
  }
  connections_.erase(found);
  ready_.erase(id);
}

std::size_t broker_core::queued(connection_id id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? 0 : found->second.queue.size();
}

const client_info* broker_core::client(connection_id id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : &found->second.client;
}

void broker_core::set_software(connection_id id, std::string name, std::string version) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  found->second.client.software_name = std::move(name);
  found->second.client.software_version = std::move(version);
}

version_range broker_core::versions(api key) const {
  const auto* entry = find_api(key);
  if (entry == nullptr) return {};
  const auto cap = caps_.find(key);
  return cap == caps_.end() ? entry->versions : intersect(entry->versions, {0, cap->second});
}

void broker_core::handle(connection_id id, frame content, instant now) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  found->second.queue.push_back(std::move(content));
  ready_.insert(id);
  drain(now);
}

void broker_core::advance(instant now) {
  now_ = std::max(now_, now);
  timers_.advance(now_);
  drain(now_);
}

/// One request may answer others (a produce wakes fetches), whose connections then go on with their queues.
/// They are collected in `ready_` and served from here, so that requests never nest.
void broker_core::drain(instant now) {
  now_ = std::max(now_, now);
  if (std::exchange(draining_, true)) return;
  while (!ready_.empty()) {
    const auto id = *ready_.begin();
    const auto found = connections_.find(id);
    if (found == connections_.end() || found->second.busy || found->second.queue.empty()) {
      ready_.erase(id);
      continue;
    }
    auto content = std::move(found->second.queue.front());
    found->second.queue.pop_front();
    start(id, found->second, std::move(content), now_);
  }
  draining_ = false;
}

void broker_core::start(connection_id id, connection& from, frame content, instant now) {
  protocol::reader in{content.view()};
  const auto header = protocol::decode_request_header(in);
  if (!header) return close(id);
  const auto* entry = find_api(header->key);
  if (entry == nullptr) return close(id);
  const request_token token{id, header->correlation, header->key, header->version};
  const auto range = versions(header->key);
  from.client.client_id = header->client_id.value_or("");
  from.busy = true;
  if (!range.contains(header->version)) {
    return header->key == api::api_versions ? unsupported_api_versions(token) : close(id);
  }
  if (entry->info->is_flexible(header->version)) protocol::skip_header_tags(in);
  if (!in.ok()) return close(id);
  request what{token, std::move(content), in.rest(), now, broker_errc::none, &from.client, from.node};
  if (!strike(token, from, what)) return;
  if (options_.authorize && what.injected == broker_errc::none)
    what.injected = embedded::authorize(*this, what);
  entry->serve(*this, what);
}

/// A client that asks in a version the broker lacks learns the range of this API alone, in a form that every
/// client can read (KIP-511).
void broker_core::unsupported_api_versions(const request_token& token) {
  protocol::api_versions_response answer;
  answer.error_code = code(broker_errc::unsupported_version);
  const auto range = versions(api::api_versions);
  answer.api_keys.resize(1);
  answer.api_keys[0].api_key = api::api_versions;
  answer.api_keys[0].min_version = range.min;
  answer.api_keys[0].max_version = range.max;
  auto first = token;
  first.version = 0;
  respond(first, answer);
}

/// False when the request is not to be served.
bool broker_core::strike(const request_token& token, connection& from, request& what) {
  from.struck = faults_.next(token.key);
  if (!from.struck) return true;
  switch (from.struck->what) {
    case fault::kind::fail: what.injected = from.struck->error; return true;
    case fault::kind::delay:
    case fault::kind::drop_after: return true;
    case fault::kind::drop_before: close(token.connection); return false;
    case fault::kind::ignore: return false;
    case fault::kind::answer: break;
  }
  protocol::writer out;
  out.fixed(std::int32_t{0});
  out.fixed(raw(token.correlation));
  out.raw(from.struck->content);
  std::vector<std::vector<shared_slice>> none;
  emit(token.connection, assemble(out, none));
  return false;
}

void broker_core::respond(const request_token& to, protocol::message_ref message,
                          std::vector<std::vector<shared_slice>> records) {
  const auto found = connections_.find(to.connection);
  if (found == connections_.end()) return;
  auto& from = found->second;
  if (from.struck && from.struck->what == fault::kind::drop_after) return close(to.connection);
  protocol::writer out;
  out.gather(true);
  out.fixed(std::int32_t{0});
  protocol::encode_response_header(to.correlation, *message.info, to.version, out);
  // A field the version cannot carry is a fault of the handler; hanging up is all that is left to do.
  if (!protocol::encode(message, to.version, out)) return close(to.connection);
  auto content = assemble(out, records);
  if (!from.struck || from.struck->what != fault::kind::delay) return emit(to.connection, std::move(content));
  const auto held = std::make_shared<encoded_frame>(std::move(content));
  timers_.schedule(now_ + from.struck->pause,
                   [this, id = to.connection, held](instant) { emit(id, std::move(*held)); });
}

void broker_core::emit(connection_id id, encoded_frame content) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  replies_.push_back({id, std::move(content), false});
  found->second.busy = false;
  ready_.insert(id);
}

void broker_core::finish(const request_token& to) {
  const auto found = connections_.find(to.connection);
  if (found == connections_.end()) return;
  if (found->second.struck && found->second.struck->what == fault::kind::drop_after)
    return close(to.connection);
  found->second.busy = false;
  ready_.insert(to.connection);
}

void broker_core::close(connection_id id) {
  if (!connections_.contains(id)) return;
  disconnected(id);
  replies_.push_back({id, {}, true});
}

topic_config broker_core::default_config() const {
  topic_config config;
  config.default_retention_bytes(options_.retention_bytes);
  config.default_max_message_bytes(options_.max_message_bytes);
  return config;
}

}  // namespace kwire::embedded
