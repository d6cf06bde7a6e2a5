#include "decode/capture.hpp"

#include <algorithm>
#include <array>

namespace kwire::cli {
namespace {

constexpr std::size_t most_connections = 8192;

}  // namespace

struct capture::connection {
  std::array<tcp_endpoint, 2> ends;  ///< client and server once `talk` is there
  std::unique_ptr<conversation> talk;
  std::array<std::unique_ptr<tcp_stream>, 2> streams;
  std::array<bool, 2> over{};
  wall_time last{};
};

capture::capture(traffic& to, std::optional<std::uint16_t> port) : to_(to), port_(port) {}

capture::~capture() = default;

void capture::packet(int link, bytes_view captured, wall_time time) {
  ++packets_;
  const auto segment = parse_packet(link, captured);
  if (!segment || (port_ && segment->from.port != *port_ && segment->to.port != *port_)) return;
  const key ends = std::minmax(segment->from, segment->to);
  auto found = connections_.find(ends);
  // A connection begins: the one before it between the same ports is over, unless this is its first segment
  // again.
  if (segment->syn && !segment->ack && found != connections_.end() && found->second->last < time) {
    const auto& talk = found->second->talk;
    if (talk && (talk->understood() || talk->muted())) {
      close(*found->second);
      connections_.erase(found);
      found = connections_.end();
    }
  }
  auto& here = found == connections_.end() ? open(ends) : *found->second;
  here.last = time;
  if (!here.talk) orient(here, *segment);
  if (!here.talk) return;
  take(here, *segment, time);
  if (segment->rst || (here.over[0] && here.over[1])) {
    close(here);
    connections_.erase(ends);
  }
}

capture::connection& capture::open(const key& ends) {
  make_room();
  ++seen_;
  auto& added = connections_[ends];
  added = std::make_unique<connection>();
  return *added;
}

/// Finds out who is the client: who connects, who does not have the given port, or who sends a request.
void capture::orient(connection& here, const tcp_segment& from) {
  if (from.syn) {
    here.ends = {from.from, from.to};
    if (from.ack) std::swap(here.ends[0], here.ends[1]);
  } else if (port_) {
    here.ends = {from.from, from.to};
    if (from.from.port == *port_) std::swap(here.ends[0], here.ends[1]);
  } else if (conversation::may_begin_request(from.payload)) {
    here.ends = {from.from, from.to};
  } else {
    return;
  }
  const auto name = to_string(here.ends[0]) + " -> " + to_string(here.ends[1]);
  here.talk = std::make_unique<conversation>(name, from.syn, to_.events(name));
  auto* talk = here.talk.get();
  for (const auto side : {conversation::side::client, conversation::side::server}) {
    here.streams[static_cast<std::size_t>(side)] = std::make_unique<tcp_stream>(tcp_stream::events{
        [talk, side](bytes_view octets, wall_time time) { talk->feed(side, octets, time); },
        [talk, side](std::uint64_t octets, wall_time time) { talk->gap(side, octets, time); }});
  }
}

void capture::take(connection& here, const tcp_segment& segment, wall_time time) {
  const std::size_t side = segment.from == here.ends[0] ? 0 : 1;
  auto& stream = *here.streams[side];
  if (segment.syn) stream.begin(segment.sequence + 1);
  const auto first = segment.sequence + (segment.syn ? 1 : 0);
  // The acknowledgement first: with the answer in the same segment the request is complete before it.
  if (segment.ack) here.streams[1 - side]->acknowledged(segment.acknowledged, time);
  stream.segment(first, segment.payload, segment.cut, time);
  here.over[side] = here.over[side] || segment.fin;
}

void capture::close(connection& here) {
  if (!here.talk) return;
  for (const auto& stream : here.streams) stream->finish();
  here.talk->finish();
  if (here.talk->understood()) ++understood_;
}

void capture::make_room() {
  if (connections_.size() < most_connections) return;
  const auto oldest =
      std::ranges::min_element(connections_, {}, [](const auto& each) { return each.second->last; });
  close(*oldest->second);
  connections_.erase(oldest);
}

void capture::finish() {
  for (const auto& [ends, here] : connections_) close(*here);
  connections_.clear();
}

}  // namespace kwire::cli
