#include <algorithm>
#include <array>
#include <charconv>
#include <kwire/protocol/api_facts.hpp>

namespace kwire {

std::string_view to_string(route to) noexcept {
  switch (to) {
    case route::any_broker: return "any broker";
    case route::every_broker: return "every broker";
    case route::leader: return "leader";
    case route::group_coordinator: return "group coordinator";
    case route::transaction_coordinator: return "transaction coordinator";
    case route::share_coordinator: return "share coordinator";
    case route::controller: return "controller";
    case route::connection: return "connection";
    case route::inter_broker: return "inter-broker";
  }
  return "unknown";
}

std::optional<release> parse_release(std::string_view text) noexcept {
  std::array<int, 3> numbers{};
  std::size_t count = 0;
  const auto* at = text.data();
  const auto* const end = at + text.size();
  while (count < numbers.size()) {
    const auto read = std::from_chars(at, end, numbers[count++]);
    if (read.ec != std::errc{} || numbers[count - 1] < 0) return std::nullopt;
    at = read.ptr;
    if (at == end)
      return count < 2 ? std::nullopt : std::optional{release{numbers[0], numbers[1], numbers[2]}};
    if (*at++ != '.') return std::nullopt;
  }
  return std::nullopt;
}

std::vector<std::string_view> api_facts::since() const {
  std::vector<std::string_view> found;
  for (auto rest = releases; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    found.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found;
}

version_range api_facts::in(release which, version_range described) const {
  const bool current = which.major >= 4;
  if (current && oldest == gone) return {};
  version_range usable{described.min, static_cast<std::int16_t>(described.min - 1)};
  for (const auto text : since()) {
    if (parse_release(text).value_or(release{}) > which) break;
    ++usable.max;
  }
  if (current) usable.min = std::max(usable.min, oldest);
  return usable;
}

}  // namespace kwire
