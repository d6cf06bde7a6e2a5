#pragma once

#include <chrono>
#include <kwire/protocol/frame.hpp>
#include <optional>
#include <string>

#include "decode/record_sets.hpp"

namespace kwire::cli {

using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

/// A frame and what is known of it from around it.
struct seen_frame {
  protocol::direction way = protocol::direction::request;
  bytes_view octets{};  ///< without the length
  api key = no_api;     ///< of a response: from its request
  std::int16_t version = 0;
  std::string connection;  ///< `client -> server`, empty when there is none
  std::string client;      ///< the client id, of a response from its request
  std::optional<wall_time> time;
  std::optional<std::chrono::microseconds> latency;  ///< of a response: since its request
};

/// Reads it by its header, or by the given key and version.
protocol::wire_result<protocol::frame> read_frame(const seen_frame& from);

/// Prints frames: as indented text with the offset of every field (the frame's length not counted), or as
/// one JSON object a line.
class frame_printer {
 public:
  frame_printer(const decode_view& view, bool json, output& to)
      : view_(view), json_(json), to_(&to), records_(view) {}

  /// False when the frame, or records in it, did not decode; how far it got is printed all the same.
  bool print(const seen_frame& seen, const protocol::wire_result<protocol::frame>& read);
  /// Something to know about a connection: what is missing, unreadable, unanswered.
  void note(const std::optional<wall_time>& time, const std::string& connection, const std::string& text);

 private:
  bool print_text(const seen_frame& seen, const protocol::wire_result<protocol::frame>& read);
  bool print_json(const seen_frame& seen, const protocol::wire_result<protocol::frame>& read);

  decode_view view_;
  bool json_;
  output* to_;
  record_sets_printer records_;
};

}  // namespace kwire::cli
