#include "core/broker_core.hpp"

#include <algorithm>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/wire/visitor.hpp>
#include <utility>

#include "core/authorizer.hpp"
#include "core/handlers.hpp"
#include "core/recorder.hpp"
#include "core/request_topics.hpp"

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

/// The same octets without slices, to be tampered with.
encoded_frame flattened(const encoded_frame& content) {
  encoded_frame whole;
  const auto append = [&](bytes_view octets) {
    whole.head.insert(whole.head.end(), octets.begin(), octets.end());
  };
  std::size_t from = 0;
  for (const auto& piece : content.pieces) {
    append(bytes_view{content.head}.subspan(from, piece.at - from));
    append(piece.slice.content);
    from = piece.at;
  }
  append(bytes_view{content.head}.subspan(from));
  return whole;
}

/// Writes the throttle time into an answer, which is the handler's own and no constant.
class throttle_setter final : public protocol::visitor {
 public:
  explicit throttle_setter(std::int32_t ms) : ms_(ms) {}

 private:
  void visit(std::string_view name, protocol::value_ref field, const protocol::traits&) override {
    const bool here = name == "throttle_time_ms" && field.type->shape == protocol::kind::int32;
    if (here) *static_cast<std::int32_t*>(field.at) = ms_;
  }
  std::int32_t ms_;
};

void set_throttle_time(const protocol::message_ref& answer, std::chrono::microseconds pause) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(pause).count();
  throttle_setter setter{static_cast<std::int32_t>(std::min<std::int64_t>(ms, INT32_MAX))};
  answer.value.type->describe(answer.value.at, setter);
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

broker_core::~broker_core() = default;

/// Ids are reserved in blocks, as Kafka's brokers do, so that not each of them is a change to be kept.
std::int64_t broker_core::next_producer_id() {
  constexpr std::int64_t block = 1000;
  if (next_producer_id_ >= reserved_producer_ids_) {
    reserved_producer_ids_ = next_producer_id_ + block;
    if (recorder_) recorder_->counters(*this);
  }
  return next_producer_id_++;
}

void broker_core::connected(connection_id id, std::string client_host, node_id node, const entrance& by) {
  auto& made = connections_[id];
  made.client.host = std::move(client_host);
  made.client.listener = by.listener;
  made.client.principal = by.principal;
  made.node = node;
  if (by.sasl) made.sasl.emplace();
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

node_address broker_core::address(const broker_node& node, connection_id of) const {
  const auto* whom = client(of);
  return node.address(whom == nullptr ? 0 : whom->listener);
}

version_range broker_core::versions(api key) const {
  const auto* entry = find_api(key);
  if (entry == nullptr) return {};
  auto range = entry->versions;
  if (options_.line) {
    if (key == api::describe_quorum && *options_.line < first_kraft_line) return {};
    range = intersect(range, entry->facts->in(*options_.line, entry->info->versions));
  }
  const auto cap = caps_.find(key);
  return cap == caps_.end() ? range : intersect(range, {0, cap->second});
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
    if (found == connections_.end() || found->second.busy || found->second.queue.empty() ||
        conditions_.is_frozen(found->second.node)) {
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
  if (from.sasl && from.sasl->raw) return take_raw_token(id, from, content.view(), now);
  protocol::reader in{content.view()};
  const auto header = protocol::decode_request_header(in);
  if (!header || !may_ask(from, header->key, now)) return close(id);
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
  what.injected = check_feature(header->key, options_.features);
  if (header->key == api::produce && conditions_.has_full_disk(from.node)) {
    what.injected = broker_errc::kafka_storage_error;
  }
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
  if (!options_.line || tells_own_range(*options_.line)) {
    const auto range = versions(api::api_versions);
    auto& told = answer.api_keys.emplace_back();
    told.api_key = api::api_versions;
    told.min_version = range.min;
    told.max_version = range.max;
  }
  auto first = token;
  first.version = 0;
  respond(first, answer);
}

/// False when the request is not to be served.
bool broker_core::strike(const request_token& token, connection& from, request& what) {
  from.struck = faults_.next({token.key, from.client.client_id, from.node, what.now,
                              [&](const std::string& topic) { return names_topic(*this, what, topic); }});
  if (!from.struck) return true;
  switch (from.struck->what) {
    case fault::kind::fail: what.injected = from.struck->error; return true;
    case fault::kind::delay:
    case fault::kind::throttle:
    case fault::kind::cut:
    case fault::kind::corrupt:
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
  if (from.struck && from.struck->what == fault::kind::throttle)
    set_throttle_time(message, from.struck->pause);
  protocol::writer out;
  out.gather(true);
  out.fixed(std::int32_t{0});
  protocol::encode_response_header(to.correlation, *message.info, to.version, out);
  // A field the version cannot carry is a fault of the handler; hanging up is all that is left to do.
  if (!protocol::encode(message, to.version, out)) return close(to.connection);
  auto content = assemble(out, records);
  if (!from.struck) return emit(to.connection, std::move(content));
  emit_struck(to.connection, from, std::move(content));
}

void broker_core::emit_struck(connection_id id, connection& from, encoded_frame content) {
  const auto& struck = *from.struck;
  // Brokers before KIP-219 held the answer back for the time that it told.
  const bool mutes = !options_.line || *options_.line >= release{2, 0};
  const bool throttles = struck.what == fault::kind::throttle;
  if (struck.what == fault::kind::delay || (throttles && !mutes)) {
    const auto held = std::make_shared<encoded_frame>(std::move(content));
    timers_.schedule(now_ + struck.pause, [this, id, held](instant) { emit(id, std::move(*held)); });
  } else if (struck.what == fault::kind::cut) {
    content = flattened(content);
    content.head.resize(std::min(content.head.size(), struck.octet));
    push(from.node, {id, std::move(content), false});
    close(id);
  } else if (struck.what == fault::kind::corrupt) {
    content = flattened(content);
    if (struck.octet < content.head.size()) content.head[struck.octet] ^= std::byte{0xff};
    emit(id, std::move(content));
  } else {
    const auto pause = struck.pause;
    emit(id, std::move(content));
    if (throttles) mute(id, pause);
  }
}

/// No further request of the connection is served for so long (KIP-219).
void broker_core::mute(connection_id id, std::chrono::microseconds pause) {
  connections_.at(id).busy = true;
  timers_.schedule(now_ + pause, [this, id](instant) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    found->second.busy = false;
    ready_.insert(id);
  });
}

void broker_core::push(node_id node, reply what) {
  if (conditions_.is_frozen(node)) return conditions_.hold(node, std::move(what));
  replies_.push_back(std::move(what));
}

void broker_core::emit(connection_id id, encoded_frame content) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  push(found->second.node, {id, std::move(content), false});
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
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const auto node = found->second.node;
  disconnected(id);
  push(node, {id, {}, true});
}

topic_config broker_core::default_config() const {
  topic_config config;
  config.default_retention_bytes(options_.retention_bytes);
  config.default_max_message_bytes(options_.max_message_bytes);
  return config;
}

}  // namespace kwire::embedded
