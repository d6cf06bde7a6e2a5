#include "decode/traffic.hpp"

namespace kwire::cli {

conversation::events traffic::events(const std::string& connection) {
  return {[this](const seen_frame& seen, const protocol::wire_result<protocol::frame>& read,
                 bool request_shown) { return take(seen, read, request_shown); },
          [this, connection](const std::optional<wall_time>& time, const std::string& text) {
            note(time, connection, text);
          }};
}

void traffic::note(const std::optional<wall_time>& time, const std::string& connection,
                   const std::string& text) {
  printer_.note(time, connection, text);
}

bool traffic::take(const seen_frame& seen, const protocol::wire_result<protocol::frame>& read,
                   bool request_shown) {
  ++frames_;
  if (!read) ++unreadable_;
  const auto facts = read ? facts_of(read->body.ref(), read->version) : frame_facts{};
  if (!choice_.filter.passes(seen, facts, request_shown)) return false;
  if (choice_.statistics) statistics_.add(seen, read.has_value(), facts);
  if (choice_.frames && !printer_.print(seen, read) && read) {
    ++unreadable_;  // the records in it
  }
  return true;
}

void traffic::finish() {
  if (choice_.statistics) to_->write(statistics_.print(choice_.json));
}

}  // namespace kwire::cli
