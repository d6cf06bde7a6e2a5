#include "runtime/tcp_link.hpp"

#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <kwire/protocol/wire/reader.hpp>

namespace kwire::runtime {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Composed operations move at most 64 KiB a system call unless told otherwise.
constexpr auto up_to_4_mib = [](const error_code& failure, std::size_t) -> std::size_t {
  return failure ? 0 : std::size_t{4} << 20;
};

error lost(const error_code& why) {
  if (why == asio::error::eof) return error{errc::connection_lost, "the broker closed the connection"};
  return error{errc::connection_lost, why.message()};
}

bool wanted(const asio::ip::address& address, core::address_family family) {
  if (family == core::address_family::any) return true;
  return address.is_v4() == (family == core::address_family::v4);
}

}  // namespace

tcp_link::tcp_link(asio::io_context& io, core::link_id id, const core::client_settings& settings,
                   std::shared_ptr<buffer_pool> pool, link_events& events)
    : socket_(io), resolver_(io), id_(id), settings_(&settings), pool_(std::move(pool)), events_(&events) {}

void tcp_link::open(const std::string& host, std::uint16_t port) {
  error_code not_an_address;
  if (const auto address = asio::ip::make_address(host, not_an_address); !not_an_address) {
    return connect({{address, port}}, 0);
  }
  resolver_.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                          [self = shared_from_this(), host](const error_code& failure, const auto& found) {
                            if (self->closed_) return;
                            if (failure) {
                              return self->fail(error{errc::resolve_failed, host + ": " + failure.message()});
                            }
                            std::vector<tcp::endpoint> addresses;
                            for (const auto& entry : found) {
                              if (wanted(entry.endpoint().address(), self->settings_->family)) {
                                addresses.push_back(entry.endpoint());
                              }
                            }
                            self->connect(std::move(addresses), 0);
                          });
}

void tcp_link::connect(std::vector<tcp::endpoint> addresses, std::size_t next) {
  if (next >= addresses.size()) {
    return fail(error{errc::resolve_failed, "no address of the wanted family"});
  }
  error_code ignored;
  socket_.close(ignored);
  const auto target = addresses[next];
  socket_.async_connect(target, [self = shared_from_this(), addresses = std::move(addresses),
                                 next](const error_code& failure) mutable {
    if (self->closed_) return;
    if (!failure) return self->start();
    if (next + 1 < addresses.size()) return self->connect(std::move(addresses), next + 1);
    self->fail(error{errc::not_connected, failure.message()});
  });
}

void tcp_link::start() {
  error_code ignored;  // a connection works without these, only less well
  socket_.set_option(tcp::no_delay{true}, ignored);
  if (settings_->keepalive) socket_.set_option(asio::socket_base::keep_alive{true}, ignored);
  if (settings_->send_buffer_bytes > 0) {
    socket_.set_option(asio::socket_base::send_buffer_size{static_cast<int>(settings_->send_buffer_bytes)},
                       ignored);
  }
  if (settings_->receive_buffer_bytes > 0) {
    socket_.set_option(
        asio::socket_base::receive_buffer_size{static_cast<int>(settings_->receive_buffer_bytes)}, ignored);
  }
  using user_timeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
  const auto limit =
      settings_->tcp_user_timeout.count() > 0 ? settings_->tcp_user_timeout : settings_->request_timeout;
  socket_.set_option(user_timeout{static_cast<int>(limit.count())}, ignored);
  inbox_ = std::make_unique_for_overwrite<std::byte[]>(inbox_size);
  events_->opened(id_);
  if (!closed_) read_more();
}

void tcp_link::write(core::outgoing_frame frame) {
  queued_.push_back(std::move(frame));
  if (writing_.empty()) flush();
}

/// Everything that is queued goes out in one gathered write.
void tcp_link::flush() {
  gathered_.clear();
  std::ranges::move(queued_, std::back_inserter(writing_));
  queued_.clear();
  for (const auto& frame : writing_) {
    std::size_t done = 0;
    for (const auto& slice : frame.slices) {
      gathered_.emplace_back(frame.head.data() + done, slice.at - done);
      gathered_.emplace_back(slice.content.data(), slice.content.size());
      done = slice.at;
    }
    if (done < frame.head.size()) gathered_.emplace_back(frame.head.data() + done, frame.head.size() - done);
  }
  asio::async_write(
      socket_, gathered_, up_to_4_mib,
      [self = shared_from_this()](const error_code& failure, std::size_t) { self->written(failure); });
}

void tcp_link::written(const error_code& failure) {
  writing_.clear();
  if (closed_) return;
  if (failure) return fail(lost(failure));
  if (!queued_.empty()) flush();
}

void tcp_link::read_more() {
  if (inbox_begin_ == inbox_end_) inbox_begin_ = inbox_end_ = 0;
  if (inbox_begin_ > 0 && inbox_end_ == inbox_size) {
    std::memmove(inbox_.get(), inbox_.get() + inbox_begin_, inbox_end_ - inbox_begin_);
    inbox_end_ -= std::exchange(inbox_begin_, 0);
  }
  socket_.async_read_some(asio::buffer(inbox_.get() + inbox_end_, inbox_size - inbox_end_),
                          [self = shared_from_this()](const error_code& failure, std::size_t count) {
                            if (self->closed_) return;
                            if (failure) return self->fail(lost(failure));
                            self->inbox_end_ += count;
                            self->take_frames();
                          });
}

void tcp_link::take_frames() {
  while (inbox_end_ - inbox_begin_ >= 4) {
    const auto prefix = protocol::reader::load<std::int32_t>(inbox_.get() + inbox_begin_);
    const auto length =
        core::check_frame_length(prefix, static_cast<std::size_t>(settings_->receive_message_max_bytes));
    if (!length) return fail(length.error());
    if (inbox_end_ - inbox_begin_ - 4 < *length) {
      // A frame that fits the inbox is cheaper to wait for there.
      if (*length + 4 > inbox_size) return read_body(*length);
      if (inbox_begin_ + 4 + *length > inbox_size) {
        std::memmove(inbox_.get(), inbox_.get() + inbox_begin_, inbox_end_ - inbox_begin_);
        inbox_end_ -= std::exchange(inbox_begin_, 0);
      }
      break;
    }
    auto memory = pool_->take(*length);
    std::memcpy(memory.get(), inbox_.get() + inbox_begin_ + 4, *length);
    inbox_begin_ += 4 + *length;
    const bytes_view content{memory.get(), *length};
    events_->received(id_, {std::move(memory), content});
    if (closed_) return;
  }
  read_more();
}

void tcp_link::read_body(std::size_t length) {
  auto memory = pool_->take(length);
  const auto here = inbox_end_ - inbox_begin_ - 4;
  std::memcpy(memory.get(), inbox_.get() + inbox_begin_ + 4, here);
  inbox_begin_ = inbox_end_ = 0;
  const auto rest = asio::buffer(memory.get() + here, length - here);
  asio::async_read(
      socket_, rest, up_to_4_mib,
      [self = shared_from_this(), memory, length](const error_code& failure, std::size_t) mutable {
        if (self->closed_) return;
        if (failure) return self->fail(lost(failure));
        const bytes_view content{memory.get(), length};
        self->events_->received(self->id_, {std::move(memory), content});
        if (!self->closed_) self->read_more();
      });
}

void tcp_link::fail(const error& why) {
  close();
  events_->closed(id_, why);
}

void tcp_link::close() {
  if (std::exchange(closed_, true)) return;
  error_code ignored;
  resolver_.cancel();
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  queued_.clear();
}

}  // namespace kwire::runtime
