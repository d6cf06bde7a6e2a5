#include "front/control_server.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>
#include <optional>
#include <stdexcept>

namespace kwire::embedded {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = boost::asio::ip::tcp;

constexpr std::chrono::seconds longest_request{10};
constexpr std::uint32_t most_header_octets = 8 * 1024;
constexpr std::uint64_t most_body_octets = 1024 * 1024;
constexpr std::size_t most_clients = 64;

/// One client, request after request.
class conversation : public std::enable_shared_from_this<conversation> {
 public:
  conversation(tcp::socket socket, const control_api& api, std::atomic<std::size_t>& open)
      : stream_(std::move(socket)), buffer_(most_header_octets + most_body_octets), api_(api), open_(open) {
    ++open_;
  }
  conversation(const conversation&) = delete;
  conversation& operator=(const conversation&) = delete;
  ~conversation() { --open_; }

  void read() {
    parser_.emplace();
    parser_->header_limit(most_header_octets);
    parser_->body_limit(most_body_octets);
    stream_.expires_after(longest_request);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) return self->serve();
      if (error == http::error::body_limit) {
        return self->answer(413, "{\"error\": \"the body is larger than 1 MiB\"}\n", false);
      }
      if (error == http::error::header_limit) {
        return self->answer(431, "{\"error\": \"the header is larger than 8 KiB\"}\n", false);
      }
    });
  }

 private:
  void serve() {
    const auto& asked = parser_->get();
    const auto done =
        api_.serve({std::string{asked.method_string()}, std::string{asked.target()}, asked.body()});
    answer(done.status, done.body, asked.keep_alive());
  }

  void answer(unsigned status, std::string body, bool keep_alive) {
    answer_ = {};
    answer_.version(11);
    answer_.result(status);
    answer_.set(http::field::content_type, "application/json");
    answer_.keep_alive(keep_alive);
    answer_.body() = std::move(body);
    answer_.prepare_payload();
    stream_.expires_after(longest_request);
    http::async_write(stream_, answer_,
                      [self = shared_from_this(), keep_alive](error_code error, std::size_t) {
                        if (!error && keep_alive) return self->read();
                        error_code ignored;
                        self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> answer_;
  const control_api& api_;
  std::atomic<std::size_t>& open_;
};

}  // namespace

control_server::control_server(const listener_spec& where, control_api api) : api_(std::move(api)) {
  if (where.tls || where.sasl)
    throw std::invalid_argument{"broker: the control address is HOST:PORT, without a protocol"};
  const auto host = where.host.empty() ? "127.0.0.1" : where.host;
  tcp::resolver resolver{io_};
  const tcp::endpoint at =
      *resolver.resolve(host, std::to_string(where.port), tcp::resolver::passive).begin();
  acceptor_.open(at.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address{true});
  acceptor_.bind(at);
  acceptor_.listen();
  address_ = host + ":" + std::to_string(acceptor_.local_endpoint().port());
  accept();
  thread_ = std::thread{[this] { io_.run(); }};
}

control_server::~control_server() {
  io_.stop();
  thread_.join();
}

void control_server::accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (!error && open_ < most_clients) {
      std::make_shared<conversation>(std::move(socket), api_, open_)->read();
    }
    accept();
  });
}

}  // namespace kwire::embedded
