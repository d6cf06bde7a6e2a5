// The client's frame reader: frames are the same however they are cut into pieces on the way.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "runtime/tcp_link.hpp"
#include "support/check.hpp"
#include "support/chunks.hpp"
#include "support/target.hpp"

using namespace kwire;

namespace {

using boost::asio::ip::tcp;

class recorder final : public runtime::link_events {
 public:
  void opened(core::link_id) override { is_open = true; }
  void received(core::link_id, core::frame message) override { seen.push_back(to_bytes(message.content())); }
  void closed(core::link_id, const error&) override { is_closed = true; }

  std::vector<bytes> seen;
  bool is_open = false;
  bool is_closed = false;
};

/// What the loop-back interface has taken is there for the other end as well.
void pump(boost::asio::io_context& io) {
  io.restart();
  while (io.poll() > 0) io.restart();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto what = fuzz::draw_stream(in);
  core::client_settings settings;
  settings.receive_message_max_bytes = 100'000;
  recorder events;
  boost::asio::io_context io;
  static boost::asio::io_context listening;
  static tcp::acceptor acceptor{listening, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
  const auto link = std::make_shared<runtime::tcp_link>(io, core::link_id{1}, settings,
                                                        std::make_shared<runtime::buffer_pool>(), events);
  link->open("127.0.0.1", acceptor.local_endpoint().port());
  tcp::socket peer{listening};
  acceptor.accept(peer);
  while (!events.is_open && !events.is_closed) pump(io);
  peer.set_option(tcp::no_delay{true});
  // Reset at the end: thousands of connections a second must not wait for their last packets.
  peer.set_option(boost::asio::socket_base::linger{true, 0});
  peer.non_blocking(true);
  fuzz::send_in_pieces(
      what,
      [&](bytes_view part) {
        while (!part.empty() && !events.is_closed) {
          boost::system::error_code failure;
          const auto sent = peer.write_some(boost::asio::buffer(part.data(), part.size()), failure);
          part = part.subspan(sent);
          if (failure && failure != boost::asio::error::would_block) break;
          pump(io);
        }
      },
      [&] { pump(io); });
  const auto expected = fuzz::frames_of(what.octets, 4, 100'000);
  for (int i = 0; i < 1000 && events.seen.size() < expected.size() && !events.is_closed; ++i) pump(io);
  peer.close();
  link->close();
  pump(io);
  fuzz::require(events.seen == expected, "contiguous = chunked");
  return 0;
}
