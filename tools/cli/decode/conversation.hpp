#pragma once

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "decode/frame_printer.hpp"

namespace kwire::cli {

/// Makes frames of the octets of one connection and matches responses with requests. Fed with both directions
/// in the order of time, in chunks of any size. Where octets are missing, or where it begins in the middle,
/// it looks for the next place that reads as a frame. What it holds is bounded.
class conversation {
 public:
  enum class side { client, server };
  struct events {
    /// A frame. For a response: whether its request was shown. Returns whether this one was.
    std::function<bool(const seen_frame& seen, const protocol::wire_result<protocol::frame>& read,
                       bool request_shown)>
        on_frame;
    /// Something to know about the connection.
    std::function<void(const std::optional<wall_time>& time, const std::string& text)> on_note;
  };

  conversation(std::string connection, bool from_start, events to);

  void feed(side from, bytes_view octets, std::optional<wall_time> time);
  /// So many octets are missing here; 0: nobody knows how many.
  void gap(side from, std::uint64_t octets, std::optional<wall_time> time);
  /// The connection is over: tells what was left unanswered or incomplete.
  void finish();

  /// Whether octets could be the beginning of a request.
  static bool may_begin_request(bytes_view octets);

  /// Whether any frame was found, or TLS.
  bool understood() const noexcept { return understood_; }
  /// Whether there is no point in feeding more.
  bool muted() const noexcept { return muted_; }

 private:
  /// One direction.
  struct half {
    bytes held;
    std::size_t used = 0;                 ///< octets of `held` that are done with
    std::uint64_t passed = 0;             ///< octets of the stream in front of `held`
    std::uint64_t skip = 0;               ///< octets to come that belong to a frame nobody reads
    bool aligned = true;                  ///< a frame begins at `used`
    bool started = false;                 ///< the first octets were looked at
    std::uint64_t lost_at = 0;            ///< where the search began
    std::size_t scanned = 0;              ///< while searching: how far behind `used`
    std::vector<std::size_t> candidates;  ///< places behind `used` that may be frames, not whole yet
  };
  struct pending {
    std::int32_t correlation;
    api key;
    std::int16_t version;
    std::string client;
    std::optional<wall_time> time;
    bool shown;
    bool opaque;
  };
  enum class verdict { no, perhaps, yes };

  half& of(side from) { return halves_[static_cast<std::size_t>(from)]; }
  bool take_frame(side from);
  bool search(side from);
  verdict judge(side from, bytes_view octets) const;
  static verdict judge_request(bytes_view frame, std::size_t length);
  verdict judge_response(bytes_view frame, std::size_t length) const;
  bool refuse_start(side from);
  void found(side from, std::size_t at);
  void lose(side from);
  void deliver(side from, bytes_view frame);
  void request(bytes_view frame);
  void opaque_token(bytes_view frame);
  void response(bytes_view frame);
  void expect(pending what);
  void unanswered(const pending& what);
  void note(const std::string& text) { events_.on_note(now_, text); }

  std::string connection_;
  events events_;
  std::array<half, 2> halves_;
  std::deque<pending> pending_;
  std::optional<wall_time> now_;
  bool sasl_tokens_ = false;  ///< SaslHandshake 0 was seen: tokens without a header may follow
  bool understood_ = false;
  bool muted_ = false;
  std::size_t unmatched_ = 0;
};

}  // namespace kwire::cli
