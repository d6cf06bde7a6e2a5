#pragma once

#include "decode/conversation.hpp"
#include "decode/frame_filter.hpp"
#include "decode/traffic_statistics.hpp"
#include "options.hpp"

namespace kwire::cli {

/// Options of everything that shows frames.
struct traffic_choice {
  decode_view view;
  bool json = false;
  bool frames = true;
  bool statistics = false;  ///< counts at the end
  frame_filter filter;
};

/// What happens with the frames of all conversations: filtered, printed, counted.
class traffic {
 public:
  traffic(traffic_choice choice, output& to)
      : choice_(std::move(choice)), to_(&to), printer_(choice_.view, choice_.json, to) {}
  traffic(const traffic&) = delete;
  traffic& operator=(const traffic&) = delete;

  /// For a conversation; this must outlive it.
  conversation::events events(const std::string& connection);
  void note(const std::optional<wall_time>& time, const std::string& connection, const std::string& text);
  /// The statistics, when they are wanted.
  void finish();

  std::uint64_t frames() const noexcept { return frames_; }
  /// Frames that did not decode, whether they were shown or not.
  std::uint64_t unreadable() const noexcept { return unreadable_; }

 private:
  bool take(const seen_frame& seen, const protocol::wire_result<protocol::frame>& read, bool request_shown);

  traffic_choice choice_;
  output* to_;
  frame_printer printer_;
  traffic_statistics statistics_;
  std::uint64_t frames_ = 0;
  std::uint64_t unreadable_ = 0;
};

}  // namespace kwire::cli
