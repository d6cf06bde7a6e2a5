#include "decode/conversation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <kwire/protocol/broker_errc.hpp>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/messages/api_versions.hpp>
#include <kwire/protocol/messages/produce.hpp>

namespace kwire::cli {
namespace {

using protocol::direction;
using protocol::reader;

constexpr std::size_t length_octets = 4;
constexpr std::size_t most_frame = std::size_t{128} << 20;  // what may be a length at all
constexpr std::size_t most_held = std::size_t{64} << 20;    // larger frames are stepped over
constexpr std::size_t most_searched = std::size_t{1} << 20;
constexpr std::size_t most_candidates = 64;
constexpr std::size_t most_pending = 100'000;
constexpr std::size_t fewest[] = {8, 4};       // octets of a request and a response
constexpr std::size_t look_ahead[] = {14, 8};  // that judging needs, length included

std::string_view name_of(conversation::side from) {
  return from == conversation::side::client ? "client" : "server";
}

/// A TLS record: its type and the major version.
bool is_tls(bytes_view octets) {
  if (octets.size() < 3) return false;
  const auto type = std::to_integer<unsigned>(octets[0]);
  return type >= 0x14 && type <= 0x17 && octets[1] == std::byte{3} && octets[2] <= std::byte{4};
}

std::size_t length_at(bytes_view octets) {
  return static_cast<std::uint32_t>(reader::load<std::int32_t>(octets.data()));
}

bool wants_no_answer(const protocol::frame& request) {
  if (request.body.info().key != api::produce) return false;
  return static_cast<const protocol::produce_request*>(request.body.ref().value.at)->acks == 0;
}

/// A broker that does not know the version of an ApiVersions request answers in version 0.
protocol::wire_result<protocol::frame> read_response(seen_frame& seen) {
  auto read = read_frame(seen);
  if (read || seen.key != api::api_versions || seen.version == 0) return read;
  auto older = seen;
  older.version = 0;
  auto refused = read_frame(older);
  if (!refused) return read;
  const auto* body = static_cast<const protocol::api_versions_response*>(refused->body.ref().value.at);
  if (static_cast<broker_errc>(body->error_code) != broker_errc::unsupported_version) return read;
  seen.version = 0;
  return refused;
}

}  // namespace

conversation::conversation(std::string connection, bool from_start, events to)
    : connection_(std::move(connection)), events_(std::move(to)) {
  for (auto& each : halves_) each.aligned = from_start;
}

void conversation::feed(side from, bytes_view octets, std::optional<wall_time> time) {
  now_ = time;
  auto& here = of(from);
  const auto dropped = static_cast<std::size_t>(std::min<std::uint64_t>(here.skip, octets.size()));
  here.skip -= dropped;
  here.passed += dropped;
  octets = octets.subspan(dropped);
  if (muted_ || octets.empty()) return;
  here.held.insert(here.held.end(), octets.begin(), octets.end());
  while (!muted_ && take_frame(from)) {
  }
  here.passed += here.used;
  here.held.erase(here.held.begin(), here.held.begin() + static_cast<std::ptrdiff_t>(here.used));
  here.used = 0;
  if (muted_) here.held = {};
}

void conversation::gap(side from, std::uint64_t octets, std::optional<wall_time> time) {
  now_ = time;
  auto& here = of(from);
  if (muted_) return;
  const bool known = octets > 0;
  note(fmt::format("{} octets of the {}'s stream are missing at octet {}",
                   known ? std::to_string(octets) : "unknown many", name_of(from),
                   here.passed + here.held.size()));
  if (known && here.skip > 0 && octets <= here.skip) {
    here.skip -= octets;
    here.passed += octets;
    return;
  }
  const auto have = here.held.size();
  if (known && here.aligned && here.skip == 0 && have >= length_octets) {
    const auto whole = length_octets + length_at(here.held);
    if (have + octets <= whole) {
      // The next frame's place is known. Of a request that begins here the answer can be told all the same.
      reader in{bytes_view{here.held}.subspan(length_octets)};
      protocol::wire_result<protocol::request_header> header =
          protocol::wire_error{protocol::wire_errc::truncated};
      if (from == side::client) header = protocol::decode_request_header(in);
      if (header) {
        expect({raw(header->correlation), header->key, header->version, header->client_id.value_or(""), time,
                false, false});
      }
      here.skip = whole - have - octets;
      here.passed += have + octets;
      here.held.clear();
      return;
    }
  }
  here.passed += have + octets;
  here.skip = 0;
  here.held.clear();
  lose(from);
}

void conversation::lose(side from) {
  auto& here = of(from);
  here.aligned = false;
  here.lost_at = here.passed + here.used;
  here.scanned = 0;
  here.candidates.clear();
}

/// Takes the next frame off; false when more octets are needed.
bool conversation::take_frame(side from) {
  auto& here = of(from);
  const auto left = bytes_view{here.held}.subspan(here.used);
  if (!here.started) {
    if (left.size() < length_octets) return false;
    here.started = true;
    if (refuse_start(from)) return false;
  }
  if (!here.aligned) return search(from);
  if (left.size() < length_octets) return false;
  const auto length = length_at(left);
  // SASL tokens may be of any size, none included.
  const auto least = sasl_tokens_ ? 0 : fewest[static_cast<std::size_t>(from)];
  if (length < least || length > most_frame) {
    note(fmt::format("octet {} of the {}'s stream is no length of a frame ({}): looking for the next frame",
                     here.passed + here.used, name_of(from), length));
    lose(from);
    return true;
  }
  if (length > most_held) {
    note(fmt::format("a frame of {} octets is stepped over", length));
    const auto have = std::min(left.size(), length + length_octets);
    here.used += have;
    here.skip = length + length_octets - have;
    return here.skip == 0;
  }
  if (left.size() < length + length_octets) return false;
  here.used += length + length_octets;
  deliver(from, left.subspan(length_octets, length));
  return true;
}

/// The first octets of a direction: other protocols show themselves here.
bool conversation::refuse_start(side from) {
  const auto& here = of(from);
  const auto left = bytes_view{here.held}.subspan(here.used);
  if (is_tls(left)) {
    note(
        "this is TLS: nothing in it can be read; capture on a plaintext listener, or put kwire decode "
        "--listen "
        "in front of one");
    understood_ = true;
    muted_ = true;
  }
  return muted_;
}

bool conversation::may_begin_request(bytes_view octets) {
  if (octets.size() < look_ahead[0]) return false;
  const auto length = length_at(octets);
  if (length < fewest[0] || length > most_frame) return false;
  const auto frame = octets.subspan(length_octets);
  return judge_request(frame.first(std::min(length, frame.size())), length) != verdict::no;
}

conversation::verdict conversation::judge(side from, bytes_view octets) const {
  const auto index = static_cast<std::size_t>(from);
  if (octets.size() < look_ahead[index]) return verdict::perhaps;
  const auto length = length_at(octets);
  if (length < fewest[index] || length > most_frame) return verdict::no;
  const auto frame = octets.subspan(length_octets, std::min(length, octets.size() - length_octets));
  return from == side::client ? judge_request(frame, length) : judge_response(frame, length);
}

conversation::verdict conversation::judge_request(bytes_view frame, std::size_t length) {
  reader in{frame};
  const api key{in.fixed<std::int16_t>()};
  const auto version = in.fixed<std::int16_t>();
  const auto* described = protocol::find_message(key, direction::request);
  if (described == nullptr || !described->info->versions.contains(version)) return verdict::no;
  in.skip(4);
  const auto name = in.fixed<std::int16_t>();
  if (in.ok() && (name < -1 || (name > 0 && static_cast<std::size_t>(name) + 10 > length)))
    return verdict::no;
  if (name > 0 &&
      !is_readable(in.rest().first(std::min<std::size_t>(in.remaining(), static_cast<std::size_t>(name)))))
    return verdict::no;
  if (frame.size() < length) return verdict::perhaps;
  return protocol::decode_request_frame(frame) ? verdict::yes : verdict::no;
}

conversation::verdict conversation::judge_response(bytes_view frame, std::size_t length) const {
  const auto id = reader::load<std::int32_t>(frame.data());
  const auto fits = std::ranges::find(pending_, id, &pending::correlation);
  if (fits == pending_.end()) return verdict::no;
  if (frame.size() < length) return verdict::perhaps;
  return protocol::decode_response_frame(frame, fits->key, fits->version) ? verdict::yes : verdict::no;
}

/// Looks for a place that reads as a whole frame. Places that may be the beginning of one keep what follows
/// them, up to a limit; then the first of them is believed.
bool conversation::search(side from) {
  auto& here = of(from);
  const auto left = bytes_view{here.held}.subspan(here.used);
  const auto need = look_ahead[static_cast<std::size_t>(from)];
  std::vector<std::size_t> open;
  for (const auto at : here.candidates) {
    const auto is = judge(from, left.subspan(at));
    if (is == verdict::yes) return found(from, at), true;
    if (is == verdict::perhaps) open.push_back(at);
  }
  auto at = here.scanned;
  for (; at + need <= left.size(); ++at) {
    const auto is = judge(from, left.subspan(at));
    if (is == verdict::yes) return found(from, at), true;
    if (is == verdict::perhaps && open.size() < most_candidates) open.push_back(at);
  }
  if (!open.empty() && left.size() - open.front() > most_searched) return found(from, open.front()), true;
  const auto keep = open.empty() ? at : open.front();
  here.used += keep;
  here.scanned = at - keep;
  for (auto& place : open) place -= keep;
  here.candidates = std::move(open);
  return false;
}

void conversation::found(side from, std::size_t at) {
  auto& here = of(from);
  here.used += at;
  here.aligned = true;
  here.scanned = 0;
  here.candidates.clear();
  const auto place = here.passed + here.used;
  if (place > here.lost_at) {
    note(fmt::format("{} octets of the {}'s stream skipped; reading on from octet {}", place - here.lost_at,
                     name_of(from), place));
  }
}

void conversation::deliver(side from, bytes_view frame) {
  if (from == side::client) return request(frame);
  response(frame);
}

void conversation::request(bytes_view frame) {
  seen_frame seen;
  seen.octets = frame;
  seen.connection = connection_;
  seen.time = now_;
  reader in{frame};
  const auto header = protocol::decode_request_header(in);
  const auto* known = header ? protocol::find_message(header->key, direction::request) : nullptr;
  if (known == nullptr && sasl_tokens_) return opaque_token(frame);
  if (known == nullptr && !understood_) {
    muted_ = true;  // another protocol
    return;
  }
  understood_ = true;
  if (header) {
    seen.key = header->key;
    seen.version = header->version;
    seen.client = header->client_id.value_or("");
  }
  const auto read = read_frame(seen);
  if (header && header->key == api::sasl_handshake && header->version == 0) sasl_tokens_ = true;
  const bool shown = events_.on_frame(seen, read, false);
  if (!header || (read && wants_no_answer(*read))) return;
  expect({raw(header->correlation), header->key, header->version, seen.client, now_, shown, false});
}

void conversation::opaque_token(bytes_view frame) {
  note(fmt::format("SASL token of the client, {} octets", frame.size()));
  expect({0, api::sasl_authenticate, 0, "", now_, false, true});
}

void conversation::expect(pending what) {
  if (pending_.size() == most_pending) {
    unanswered(pending_.front());
    pending_.pop_front();
  }
  pending_.push_back(std::move(what));
}

void conversation::response(bytes_view frame) {
  if (!pending_.empty() && pending_.front().opaque) {
    note(fmt::format("SASL token of the server, {} octets", frame.size()));
    pending_.pop_front();
    return;
  }
  if (frame.size() < fewest[1]) return note(fmt::format("a response of {} octets", frame.size()));
  const auto id = reader::load<std::int32_t>(frame.data());
  const auto request = std::ranges::find(pending_, id, &pending::correlation);
  if (request == pending_.end()) {
    ++unmatched_;
    note(fmt::format("a response of {} octets answers no request seen (correlation {})", frame.size(), id));
    return;
  }
  // Brokers answer in order, so what stands in front of it will not be answered any more.
  for (auto it = pending_.begin(); it != request; ++it) unanswered(*it);
  auto asked = std::move(*request);
  pending_.erase(pending_.begin(), request + 1);
  seen_frame seen;
  seen.way = direction::response;
  seen.octets = frame;
  seen.key = asked.key;
  seen.version = asked.version;
  seen.connection = connection_;
  seen.client = std::move(asked.client);
  seen.time = now_;
  if (now_ && asked.time) seen.latency = *now_ - *asked.time;
  const auto read = read_response(seen);
  events_.on_frame(seen, read, asked.shown);
}

void conversation::unanswered(const pending& what) {
  if (what.opaque || !what.shown) return;  // what a filter leaves out is not missed
  note(fmt::format("{} v{} request, correlation {}: no answer seen", to_string(what.key), what.version,
                   what.correlation));
}

void conversation::finish() {
  if (muted_) return;
  for (const auto& each : pending_) unanswered(each);
  pending_.clear();
  for (const auto from : {side::client, side::server}) {
    const auto& here = of(from);
    if (understood_ && (!here.held.empty() || here.skip > 0)) {
      note(fmt::format("the {}'s stream ends within a frame, {} octets of it seen at octet {}", name_of(from),
                       here.held.size(), here.passed));
    }
  }
}

}  // namespace kwire::cli
