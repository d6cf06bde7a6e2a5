#include "front/stream_link.hpp"

namespace kwire::embedded {

std::shared_ptr<link> make_link(link::tcp::socket socket, link::events to) {
  return std::make_shared<stream_link<link::tcp::socket>>(std::move(socket), std::move(to));
}

}  // namespace kwire::embedded
