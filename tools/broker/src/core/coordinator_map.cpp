#include "core/coordinator_map.hpp"

namespace kwire::embedded {
namespace {

/// FNV-1a over the key and a number, mixed: how much the node wants the key.
std::uint64_t weight(std::string_view key, std::int32_t node) {
  random_source mix{static_cast<std::uint64_t>(node)};
  auto hash = mix.next();
  for (const auto c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return random_source{hash}.next();
}

}  // namespace

node_id coordinator_map::node_of(coordinator_kind kind, std::string_view key, const cluster& state) const {
  if (!moved_.empty()) {
    const auto moved = moved_.find({kind, std::string{key}});
    if (moved != moved_.end() && state.is_alive(moved->second)) return moved->second;
  }
  auto best = no_node;
  std::uint64_t most = 0;
  for (const auto& node : state.nodes()) {
    if (!node.alive) continue;
    const auto wish = weight(key, raw(node.id));
    if (best != no_node && wish <= most) continue;
    best = node.id;
    most = wish;
  }
  return best;
}

}  // namespace kwire::embedded
