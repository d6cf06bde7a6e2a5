#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <optional>

#include "decode/packet.hpp"
#include "decode/tcp_stream.hpp"
#include "decode/traffic.hpp"

namespace kwire::cli {

/// Finds the Kafka conversations in captured packets.
class capture {
 public:
  /// Without a port every connection is looked at.
  capture(traffic& to, std::optional<std::uint16_t> port);
  ~capture();
  capture(const capture&) = delete;
  capture& operator=(const capture&) = delete;

  void packet(int link, bytes_view captured, wall_time time);
  /// No more packets: tells what is left open in the conversations.
  void finish();

  std::uint64_t packets() const noexcept { return packets_; }
  /// Connections in which Kafka was found, TLS included, and all.
  std::uint64_t understood() const noexcept { return understood_; }
  std::uint64_t connections() const noexcept { return seen_; }

 private:
  struct connection;
  using key = std::pair<tcp_endpoint, tcp_endpoint>;  ///< in rising order

  connection& open(const key& ends);
  void orient(connection& here, const tcp_segment& from);
  void take(connection& here, const tcp_segment& segment, wall_time time);
  void close(connection& here);
  void make_room();

  traffic& to_;
  std::optional<std::uint16_t> port_;
  std::map<key, std::unique_ptr<connection>> connections_;
  std::uint64_t packets_ = 0;
  std::uint64_t understood_ = 0;
  std::uint64_t seen_ = 0;
};

/// Whether a file that begins so is a pcap or pcapng capture.
bool is_capture(bytes_view beginning);

/// Hands the packets of a capture over; takes `from`. Throws `failure` when it is none, or broken.
void read_capture(std::FILE* from, const std::string& name, capture& to);

}  // namespace kwire::cli
