#include "api_argument.hpp"

#include <algorithm>

#include "text.hpp"

namespace kwire::cli {

const protocol::message_entry* find_api(std::string_view text) {
  auto key = parse_api(text);
  if (const auto number = parse_number(text); number && *number >= 0 && *number <= INT16_MAX) {
    key = api{static_cast<std::int16_t>(*number)};
  }
  return key ? protocol::find_message(*key, protocol::direction::request) : nullptr;
}

const protocol::message_entry& api_argument(const arguments& args) {
  const auto name = args.value("api");
  if (!name) throw usage_error{"missing --api NAME"};
  if (const auto* found = find_api(*name)) return *found;
  std::string alike;
  for (const auto& entry : protocol::all_messages()) {
    if (entry.facts == nullptr) continue;
    const auto known = to_string(entry.info->key);
    const auto lower = [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); };
    if (std::ranges::search(known, *name, {}, lower, lower).empty()) continue;
    alike += (alike.empty() ? "; do you mean " : ", ") + std::string{known};
  }
  throw usage_error{"--api " + *name + ": no such API" +
                    (alike.empty() ? "; kwire protocol lists them" : alike)};
}

}  // namespace kwire::cli
