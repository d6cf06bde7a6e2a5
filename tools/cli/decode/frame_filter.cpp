#include "decode/frame_filter.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <kwire/protocol/messages/all.hpp>

#include "api_argument.hpp"
#include "options.hpp"

namespace kwire::cli {
namespace {

constexpr std::size_t most_names = 100'000;

bool fits_any(const std::vector<std::string>& patterns, const std::string& text) {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0; });
}

}  // namespace

frame_filter::frame_filter(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto term = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto equals = std::min(term.find('='), term.size());
    const auto name = term.substr(0, equals);
    const std::string value{term.substr(std::min(equals + 1, term.size()))};
    if (value.empty() || (name != "api" && name != "client" && name != "topic")) {
      throw usage_error{"--filter: \"" + std::string{term} +
                        "\" is not api=NAME, client=PATTERN or topic=PATTERN"};
    }
    if (name == "api") apis_.push_back(parse_api_option("--filter api=", value));
    if (name == "client") clients_.push_back(value);
    if (name == "topic") topics_.push_back(value);
  }
}

bool frame_filter::passes(const seen_frame& seen, const frame_facts& facts, bool request_passed) {
  if (!topics_.empty()) learn(facts);
  if (!apis_.empty() && std::ranges::find(apis_, seen.key) == apis_.end()) return false;
  if (!clients_.empty() && !fits_any(clients_, seen.client)) return false;
  return topics_.empty() || request_passed || has_topic(facts);
}

void frame_filter::learn(const frame_facts& facts) {
  for (const auto& [id, name] : facts.named_topics) {
    if (names_.size() < most_names || names_.contains(id)) names_[id] = name;
  }
}

bool frame_filter::has_topic(const frame_facts& facts) const {
  if (std::ranges::any_of(facts.topics, [&](const auto& name) { return fits_any(topics_, name); }))
    return true;
  return std::ranges::any_of(facts.topic_ids, [&](const uuid& id) {
    const auto known = names_.find(id);
    return known != names_.end() && fits_any(topics_, known->second);
  });
}

}  // namespace kwire::cli
