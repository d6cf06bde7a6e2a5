#include <algorithm>
#include <kwire/protocol/messages/api_versions.hpp>

#include "core/handlers.hpp"

namespace kwire::embedded {
namespace {

/// KIP-511: `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?`.
bool is_valid_software(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && letter(text.front()) && letter(text.back()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || c == '-' || c == '.'; });
}

/// KIP-1242: a client that meant another broker (an address was given to somebody else) learns so here.
bool misrouted(const protocol::api_versions_request& asked, const cluster& state, node_id self) {
  return (asked.cluster_id && *asked.cluster_id != state.id()) ||
         (raw(asked.node) >= 0 && asked.node != self);
}

/// Kafka 4 tells version 0 of Produce, which it does not take: librdkafka compresses nothing otherwise.
std::int16_t told_produce_minimum(const broker_core& core, version_range range) {
  const auto& line = core.options().line;
  return line && line->major >= 4 ? std::int16_t{0} : range.min;
}

/// Features that clients look at to see which protocols the cluster may use.
void tell_features(const broker_core& core, std::int16_t version, protocol::api_versions_response& answer) {
  constexpr std::int16_t first_with_level_zero = 4;  // KIP-1022: older clients take 0 for no minimum at all
  const auto tell = [&](const char* name, const feature_level& known) {
    const auto [greatest, level] = known;
    if (greatest == 0) return;
    if (version >= first_with_level_zero) {
      auto& supported = answer.supported_features.emplace_back();
      supported.name = name;
      supported.max_version = greatest;
    }
    if (level == 0) return;
    auto& finalized = answer.finalized_features.emplace_back();
    finalized.name = name;
    finalized.min_version_level = finalized.max_version_level = level;
  };
  const auto& features = core.options().features;
  tell("group.version", features.group);
  tell("share.version", features.share);
  tell("transaction.version", features.transaction);
  answer.finalized_features_epoch = 1;
}

}  // namespace

void serve_api_versions(broker_core& core, const request& what) {
  protocol::api_versions_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::api_versions_response answer;
  const auto fail = [&](broker_errc error) {
    answer.error_code = code(error);
    core.respond(what.token, answer);
  };
  if (what.injected != broker_errc::none) return fail(what.injected);
  if (what.token.version >= 3) {
    if (!is_valid_software(asked.client_software_name) || !is_valid_software(asked.client_software_version)) {
      return fail(broker_errc::invalid_request);
    }
    core.set_software(what.token.connection, asked.client_software_name, asked.client_software_version);
  }
  if (misrouted(asked, core.state(), what.node)) return fail(broker_errc::rebootstrap_required);
  for (const auto& entry : served_apis()) {
    const auto range = core.versions(entry.info->key);
    if (range.empty()) continue;
    auto& told = answer.api_keys.emplace_back();
    told.api_key = entry.info->key;
    told.min_version = entry.info->key == api::produce ? told_produce_minimum(core, range) : range.min;
    told.max_version = range.max;
  }
  if (what.token.version >= 3) tell_features(core, what.token.version, answer);
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
