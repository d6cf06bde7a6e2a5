#include "api_argument.hpp"

#include <vector>

#include "text.hpp"

namespace kwire::cli {

api parse_api_option(std::string_view option, const std::string& name) {
  const auto number = parse_number(name);
  const auto key = number && *number >= 0 && *number <= INT16_MAX ? static_cast<api>(*number)
                                                                  : parse_api(name).value_or(no_api);
  if (protocol::find_message(key, protocol::direction::response) != nullptr) return key;
  std::vector<std::string_view> known;
  for (std::int16_t each = 0; protocol::find_message(static_cast<api>(each), protocol::direction::request);
       ++each)
    known.push_back(to_string(static_cast<api>(each)));
  const auto close = nearest(name, known);
  throw usage_error{std::string{option} + name + ": there is no such API" +
                    (close ? "; did you mean " + std::string{*close} + "?" : "")};
}

const protocol::message_entry& api_argument(const arguments& args) {
  const auto name = args.value("api");
  if (!name) throw usage_error{"missing --api NAME"};
  return *protocol::find_message(parse_api_option("--api ", *name), protocol::direction::request);
}

}  // namespace kwire::cli
