// Captures: pcap and pcapng files of any content; TCP segments in any order put together again; whole
// connections, which read the same however their segments are cut, repeated and mixed up.
#include "decode/capture.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <kwire/protocol/header.hpp>

#include "session.hpp"
#include "support/check.hpp"
#include "support/hostile.hpp"
#include "support/packets.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

int nowhere() {
  static const int descriptor = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  return descriptor;
}

cli::traffic_choice draw_choice(fuzz::input& in) {
  cli::traffic_choice choice;
  const auto how = in.number<std::uint8_t>();
  choice.json = (how & 1) != 0;
  choice.statistics = (how & 2) != 0;
  choice.view.secrets = (how & 4) != 0;
  if ((how & 8) != 0) choice.filter = cli::frame_filter{"api=Fetch,api=Metadata,client=c*"};
  return choice;
}

void read_file(fuzz::input& in) {
  cli::output out{nowhere()};
  cli::traffic all{draw_choice(in), out};
  const bool any_port = in.flag();
  cli::capture packets{all, any_port ? std::nullopt : std::optional<std::uint16_t>{9092}};
  auto file = to_bytes(in.rest());
  if (file.empty()) return;
  (void)cli::is_capture(file);
  try {
    cli::read_capture(::fmemopen(file.data(), file.size(), "rb"), "input", packets);
  } catch (const cli::failure& why) {
    fuzz::require(std::string_view{why.what()}.size() > 0, "a refusal says why");
  }
  all.finish();
  fuzz::require(packets.understood() <= packets.connections() && packets.connections() <= packets.packets(),
                "connections come from packets");
}

/// What a stream has at a place; every place can be told from its neighbours.
std::byte octet_at(std::int64_t place) { return static_cast<std::byte>(place * 7 + (place >> 6)); }

/// One direction of a connection: whatever comes in which order, the octets come out once and in place.
void put_together(fuzz::input& in) {
  std::int64_t next = 0;
  std::int64_t end = 0;
  cli::tcp_stream stream{{[&](bytes_view octets, cli::wall_time) {
                            for (const auto octet : octets) {
                              fuzz::require(octet == octet_at(next++), "octets come out in their place");
                            }
                          },
                          [&](std::uint64_t missing, cli::wall_time) {
                            fuzz::require(missing > 0, "a gap has a size");
                            next += static_cast<std::int64_t>(missing);
                          }}};
  const auto first = in.number<std::uint32_t>();
  const auto sequence = [&](std::int64_t place) { return first + static_cast<std::uint32_t>(place); };
  bool begun = in.flag();
  if (begun) stream.begin(first);
  while (!in.empty()) {
    const auto how = in.number<std::uint8_t>();
    const auto place = next + in.number<std::int8_t>() * ((how & 8) != 0 ? 100 : 1);
    if ((how & 7) == 0) {
      stream.acknowledged(sequence(place), {});
      continue;
    }
    bytes payload(in.number<std::uint8_t>());
    const std::size_t cut = (how & 7) == 1 ? in.number<std::uint8_t>() : 0;
    if (payload.empty() && cut == 0) continue;
    for (std::size_t i = 0; i < payload.size(); ++i) {
      payload[i] = octet_at(place + static_cast<std::int64_t>(i));
    }
    if (!std::exchange(begun, true)) next = end = place;
    end = std::max(end, place + static_cast<std::int64_t>(payload.size() + cut));
    stream.segment(sequence(place), payload, cut, {});
  }
  stream.finish();
  fuzz::require(next == end, "everything comes out in the end");
}

struct burst {
  bool from_client;
  bytes octets;
};

void put_frame(std::vector<burst>& to, bool from_client, const bytes& head, const bytes& body) {
  protocol::writer out;
  out.fixed(static_cast<std::int32_t>(head.size() + body.size()));
  out.raw(head);
  out.raw(body);
  to.push_back({from_client, std::move(out.buffer())});
}

std::vector<burst> draw_exchange(fuzz::input& in) {
  constexpr std::size_t keys = static_cast<std::size_t>(raw(api::unregister_controller)) + 1;
  std::vector<burst> all;
  for (auto left = in.below(4) + 1; left > 0 && !in.empty(); --left) {
    const api key{static_cast<std::int16_t>(in.below(keys))};
    const auto* entry = protocol::find_message(key, protocol::direction::request);
    const auto version = fuzz::pick_version(*entry->info, in);
    const correlation_id correlation{static_cast<std::int32_t>(left)};
    protocol::writer head;
    protocol::encode_header({key, version, correlation, "c"}, *entry->info, head);
    put_frame(all, true, head.buffer(), fuzz::hostile_body(key, protocol::direction::request, version, in));
    const auto* answer = protocol::find_message(key, protocol::direction::response);
    if (in.below(8) == 0) continue;
    head.clear();
    protocol::encode_response_header(correlation, *answer->info, version, head);
    put_frame(all, false, head.buffer(), fuzz::hostile_body(key, protocol::direction::response, version, in));
  }
  return all;
}

/// A capture of one connection, of which the text is kept.
class connection {
 public:
  connection(int link, bool v6, const cli::traffic_choice& choice)
      : link_(link), v6_(v6), out_(nowhere()), all_(choice, out_), packets_(all_, std::nullopt) {
    send(true, next_[0] - 1, {}, 2);
    send(false, next_[1] - 1, {}, 2 | 16);
  }

  std::uint32_t next(bool from_client) const { return next_[from_client ? 0 : 1]; }
  void pass(bool from_client, std::size_t octets) {
    next_[from_client ? 0 : 1] += static_cast<std::uint32_t>(octets);
  }
  void send(bool from_client, std::uint32_t sequence, bytes_view payload, std::uint8_t flags = 0) {
    constexpr std::size_t most = 16'000;  // of a packet, whose length has 16 bits
    do {
      const auto part = payload.first(std::min(most, payload.size()));
      payload = payload.subspan(part.size());
      fuzz::made_segment segment{v6_, 50000, 9092, sequence, next_[0], flags, part};
      if (!from_client) std::swap(segment.from, segment.to);
      packets_.packet(link_, fuzz::make_packet(link_, segment), {});
      sequence += static_cast<std::uint32_t>(part.size());
    } while (!payload.empty());
  }
  std::string finish() {
    packets_.finish();
    all_.finish();
    return out_.buffer();
  }

 private:
  int link_;
  bool v6_;
  cli::output out_;
  cli::traffic all_;
  cli::capture packets_;
  std::array<std::uint32_t, 2> next_{0xffffff00U, 77};  // numbers that wrap, and some that do not
};

/// The pieces of a burst, in the order in which the input sends them; each at least once.
void send_mixed(connection& to, const burst& what, fuzz::input& in) {
  std::vector<std::size_t> cuts{0};
  for (auto left = in.below(6); left > 0; --left) cuts.push_back(in.below(what.octets.size()));
  std::ranges::sort(cuts);
  std::vector<std::size_t> order(cuts.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
    const auto other = in.below(i + 1);
    std::swap(order[i], order[other]);
  }
  if (in.flag()) order.push_back(order.front());
  for (const auto which : order) {
    const auto end = which + 1 < cuts.size() ? cuts[which + 1] : what.octets.size();
    const auto from = static_cast<std::uint32_t>(cuts[which]);
    to.send(what.from_client, to.next(what.from_client) + from,
            bytes_view{what.octets}.subspan(from, end - from));
  }
}

void read_exchange(fuzz::input& in) {
  const auto choice = draw_choice(in);
  const auto link = fuzz::link_layers[in.below(std::size(fuzz::link_layers))];
  const bool v6 = in.flag();
  const auto bursts = draw_exchange(in);
  connection plain{link, v6, choice};
  connection mixed{link, v6, choice};
  for (const auto& each : bursts) {
    plain.send(each.from_client, plain.next(each.from_client), each.octets);
    send_mixed(mixed, each, in);
    for (auto* both : {&plain, &mixed}) both->pass(each.from_client, each.octets.size());
  }
  const auto expected = plain.finish();
  const auto read = mixed.finish();
  // A search for the next frame takes the first that is whole.
  if (expected.find("looking for the next frame") != expected.npos) return;
  fuzz::require(read == expected, "contiguous = chunked", [&] { return expected + "\n---\n" + read; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  switch (in.below(3)) {
    case 0: read_file(in); break;
    case 1: put_together(in); break;
    default: read_exchange(in);
  }
  return 0;
}
