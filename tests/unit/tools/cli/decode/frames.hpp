#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <kwire/protocol/frame.hpp>
#include <kwire/protocol/header.hpp>
#include <string>

#include "output.hpp"

namespace kwire::test {

/// A request frame, without its length.
template <class Request>
bytes request_frame(const Request& body, std::int16_t version, std::int32_t correlation,
                    std::string client = "tester") {
  protocol::writer out;
  protocol::encode_header({Request::info.key, version, correlation_id{correlation}, std::move(client)},
                          Request::info, out);
  protocol::encode(body, version, out).value();  // throws: frames are also made before any test runs
  return out.buffer();
}

template <class Response>
bytes response_frame(const Response& body, std::int16_t version, std::int32_t correlation) {
  protocol::writer out;
  protocol::encode_response_header(correlation_id{correlation}, Response::info, version, out);
  protocol::encode(body, version, out).value();  // throws: frames are also made before any test runs
  return out.buffer();
}

/// The frame with its length in front.
inline bytes framed(const bytes& frame) {
  protocol::writer out;
  out.fixed(static_cast<std::int32_t>(frame.size()));
  out.raw(frame);
  return out.buffer();
}

inline bytes operator+(bytes a, const bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Output that a test can read.
class captured {
 public:
  captured() : descriptor_(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)), out_(descriptor_) {
    REQUIRE(descriptor_ >= 0);
  }
  ~captured() { ::close(descriptor_); }
  captured(const captured&) = delete;

  cli::output& to() { return out_; }
  std::string text() {
    out_.flush();
    const auto size = ::lseek(descriptor_, 0, SEEK_END);
    std::string all(static_cast<std::size_t>(size), ' ');
    REQUIRE(::pread(descriptor_, all.data(), all.size(), 0) == size);
    return all;
  }

 private:
  int descriptor_;
  cli::output out_;
};

inline bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace kwire::test
