#include <algorithm>
#include <charconv>
#include <kwire/protocol/messages/get_telemetry_subscriptions.hpp>
#include <kwire/protocol/messages/push_telemetry.hpp>
#include <sstream>

#include "core/handlers.hpp"

// KIP-714: clients push their metrics when an administrator has subscribed to some. The broker keeps the last
// push.

namespace kwire::embedded {
namespace {

constexpr std::int32_t most_octets = 1 << 20;
constexpr std::int32_t default_interval_ms = 300'000;
constexpr std::size_t most_clients = 1'000;

struct subscription {
  std::set<std::string> metrics;
  std::int32_t interval_ms = default_interval_ms;
};

/// What all subscriptions together ask for; those that choose clients by `match` count for every client.
subscription wanted(const admin_state& admin) {
  subscription all;
  for (const auto& [name, settings] : admin.client_metrics) {
    if (const auto metrics = settings.find("metrics"); metrics != settings.end()) {
      std::istringstream in{metrics->second};
      for (std::string one; std::getline(in, one, ',');) all.metrics.insert(one == "*" ? "" : one);
    }
    if (const auto interval = settings.find("interval.ms"); interval != settings.end()) {
      std::int32_t ms = default_interval_ms;
      const auto& text = interval->second;
      std::from_chars(text.data(), text.data() + text.size(), ms);
      if (ms > 0) all.interval_ms = std::min(all.interval_ms, ms);
    }
  }
  return all;
}

/// The same for the same metrics and interval.
std::int32_t number_of(const subscription& what) {
  std::uint32_t sum = 2166136261U;
  const auto add = [&](std::string_view text) {
    for (const auto c : text) sum = (sum ^ static_cast<std::uint8_t>(c)) * 16777619U;
  };
  for (const auto& metric : what.metrics) add(metric + ",");
  add(std::to_string(what.interval_ms));
  return static_cast<std::int32_t>(sum);
}

bool is_known(const admin_state& admin, const uuid& client) {
  return std::ranges::find(admin.telemetry_clients, client) != admin.telemetry_clients.end();
}

}  // namespace

void serve_get_telemetry_subscriptions(broker_core& core, const request& what) {
  protocol::get_telemetry_subscriptions_request asked;
  if (!read_body(core, what, asked)) return;
  protocol::get_telemetry_subscriptions_response answer;
  answer.error_code = code(what.injected);
  if (what.injected != broker_errc::none) return core.respond(what.token, answer);
  auto& admin = core.admin();
  const auto client =
      asked.client_instance_id.is_zero() ? core.random().next_uuid() : asked.client_instance_id;
  if (!is_known(admin, client)) {
    if (admin.telemetry_clients.size() >= most_clients) admin.telemetry_clients.pop_front();
    admin.telemetry_clients.push_back(client);
  }
  const auto subscribed = wanted(admin);
  answer.client_instance_id = client;
  answer.subscription_id = number_of(subscribed);
  answer.accepted_compression_types = {4, 3, 1, 2};  // zstd, lz4, gzip, snappy
  answer.push_interval_ms = subscribed.interval_ms;
  answer.telemetry_max_bytes = most_octets;
  answer.delta_temporality = true;
  answer.requested_metrics = {subscribed.metrics.begin(), subscribed.metrics.end()};
  core.respond(what.token, answer);
}

void serve_push_telemetry(broker_core& core, const request& what) {
  protocol::push_telemetry_request asked;
  if (!read_body(core, what, asked)) return;
  auto& admin = core.admin();
  auto error = what.injected;
  if (error == broker_errc::none && asked.client_instance_id.is_zero()) error = broker_errc::invalid_request;
  if (error == broker_errc::none &&
      (!is_known(admin, asked.client_instance_id) || asked.subscription_id != number_of(wanted(admin)))) {
    error = broker_errc::unknown_subscription_id;
  }
  const bool known_codec = asked.compression_type >= 0 && asked.compression_type <= 4;
  if (error == broker_errc::none && !known_codec) error = broker_errc::unsupported_compression_type;
  if (error == broker_errc::none && asked.metrics.size() > static_cast<std::size_t>(most_octets)) {
    error = broker_errc::telemetry_too_large;
  }
  if (error == broker_errc::none) {
    admin.last_push = telemetry_push{asked.client_instance_id, asked.compression_type, asked.terminating,
                                     std::move(asked.metrics)};
  }
  protocol::push_telemetry_response answer;
  answer.error_code = code(error);
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
