// The broker's frame reader: frames are the same however they are cut into pieces on the way.
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "front/link.hpp"
#include "support/check.hpp"
#include "support/chunks.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using boost::asio::ip::tcp;
  fuzz::input in{data, size};
  const auto what = fuzz::draw_stream(in);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 0;
  std::vector<bytes> seen;
  bool closed = false;
  {
    boost::asio::io_context io;
    tcp::socket socket{io};
    socket.assign(tcp::v4(), ends[0]);
    const auto link = embedded::make_link(std::move(socket),
                                          embedded::link::events{[&](embedded::frame request) {
                                                                   seen.push_back(to_bytes(request.view()));
                                                                   return true;
                                                                 },
                                                                 [] {}, [&] { closed = true; }});
    link->start();
    fuzz::send_in_pieces(
        what,
        [&](bytes_view part) {
          while (!part.empty() && !closed) {
            const auto sent = send(ends[1], part.data(), part.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent > 0) part = part.subspan(static_cast<std::size_t>(sent));
            io.restart();
            io.poll();
          }
        },
        [&] {
          io.restart();
          io.poll();
        });
    link->close();
    io.restart();
    io.poll();
  }
  ::close(ends[1]);
  fuzz::require(seen == fuzz::frames_of(what.octets, 0, 100 * 1024 * 1024), "contiguous = chunked");
  return 0;
}
