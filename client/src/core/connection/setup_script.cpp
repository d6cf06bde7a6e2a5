#include "core/connection/setup_script.hpp"

#include <algorithm>
#include <kwire/protocol/header.hpp>
#include <kwire/protocol/version.hpp>
#include <utility>

namespace kwire::core {
namespace {

constexpr std::int16_t first_end_txn_of_v2 = 5;
constexpr std::int16_t first_produce_of_v2 = 12;
constexpr correlation_id setup_correlation{0};  // requests of users are numbered from 1

/// Ranges of the releases that could not yet be asked.
struct old_release {
  std::string_view prefix;
  std::array<std::pair<api, version_range>, 10> ranges;
};
constexpr old_release old_releases[] = {
    {"0.9.",
     {{{api::produce, {0, 1}},
       {api::fetch, {0, 1}},
       {api::list_offsets, {0, 0}},
       {api::metadata, {0, 0}},
       {api::offset_commit, {0, 2}},
       {api::offset_fetch, {0, 1}},
       {api::find_coordinator, {0, 0}},
       {api::join_group, {0, 0}},
       {api::heartbeat, {0, 0}},
       {api::sync_group, {0, 0}}}}},
    {"0.8.",
     {{{api::produce, {0, 0}},
       {api::fetch, {0, 0}},
       {api::list_offsets, {0, 0}},
       {api::metadata, {0, 0}},
       {api::offset_commit, {0, 1}},
       {api::offset_fetch, {0, 1}},
       {api::find_coordinator, {0, 0}},
       {},
       {},
       {}}}},
};

}  // namespace

std::optional<std::int16_t> broker_versions::choose(const protocol::message_info& info,
                                                    version_range usable) const noexcept {
  const auto both = intersect(intersect(info.stable(), usable), range(info.key));
  if (both.empty()) return std::nullopt;
  return both.max;
}

std::optional<broker_versions> versions_of_release(std::string_view release) {
  for (const auto& old : old_releases) {
    if (!release.starts_with(old.prefix)) continue;
    broker_versions versions;
    for (const auto& [key, range] : old.ranges) {
      if (!range.empty()) versions.set(key, range);
    }
    if (old.prefix == "0.9.") {
      versions.set(api::leave_group, {0, 0});
      versions.set(api::describe_groups, {0, 0});
      versions.set(api::list_groups, {0, 0});
    }
    return versions;
  }
  return std::nullopt;
}

setup_script::setup_script(const client_settings& settings, memory& remembered, intended_peer peer)
    : settings_(&settings), memory_(&remembered), peer_(std::move(peer)) {}

setup_script::action setup_script::start() {
  if (!settings_->api_version_request || memory_->skip_api_versions) {
    return fall_back("api.version.request is off");
  }
  // For one attempt only: a broker that was just going down must not be taken for an old one ever after.
  if (std::exchange(memory_->hung_up, false)) return ask(0);
  return ask(std::min(protocol::api_versions_request::info.stable().max, memory_->api_versions_cap));
}

setup_script::action setup_script::ask(std::int16_t version) {
  asked_ = version;
  protocol::api_versions_request request;
  request.client_software_name = "kwire";
  request.client_software_version = std::string{version_string()};
  request.cluster_id = peer_.cluster_id;
  request.node = peer_.id;
  protocol::writer out;
  protocol::encode_header({api::api_versions, version, setup_correlation, settings_->client_id}, request.info,
                          out);
  // Every field is ignorable below the version that brought it, so this cannot fail.
  (void)protocol::encode(request, version, out);
  return send{std::move(out.buffer())};
}

setup_script::action setup_script::on_frame(bytes_view frame) {
  protocol::reader in{frame};
  protocol::api_versions_response answer;
  const auto correlation = protocol::decode_response_header(in, answer.info, asked_);
  if (!correlation || *correlation != setup_correlation) {
    return failed{error{errc::unexpected_answer, "the first answer does not belong to ApiVersions"}};
  }
  // A refusal always has the form of version 0, whatever was asked, so look at the error code first.
  const auto code = protocol::reader{in.rest()}.fixed<std::int16_t>();
  const bool refusal = static_cast<broker_errc>(code) == broker_errc::unsupported_version;
  if (auto read = protocol::decode(answer, refusal ? std::int16_t{0} : asked_, in.rest()); !read) {
    if (refusal) return refused({});
    return failed{error{errc::not_a_kafka_broker, "malformed ApiVersions answer: " + read.error().message()}};
  }
  if (refusal) return refused(answer);
  if (answer.error_code != 0)
    return failed{error{static_cast<broker_errc>(answer.error_code)}.in(api::api_versions)};
  return accept(answer);
}

setup_script::action setup_script::accept(const protocol::api_versions_response& answer) {
  ready done;
  for (const auto& entry : answer.api_keys) {
    if (entry.min_version >= 0) done.versions.set(entry.api_key, {entry.min_version, entry.max_version});
  }
  for (const auto& feature : answer.finalized_features) {
    if (feature.name != "transaction.version") continue;
    // Said and offered are two things where something in between caps versions.
    const bool able = done.versions.range(api::end_txn).max >= first_end_txn_of_v2 &&
                      done.versions.range(api::produce).max >= first_produce_of_v2;
    done.versions.set_transaction_version(able ? feature.max_version_level : std::int16_t{0});
  }
  if (done.versions.range(api::metadata).empty()) {
    return failed{error{errc::version_negotiation, "the broker announces no version of Metadata"}};
  }
  return done;
}

/// The next version to try is strictly lower, so that this ends whatever the broker says.
setup_script::action setup_script::refused(const protocol::api_versions_response& answer) {
  if (asked_ == 0) return failed{error{errc::version_negotiation, "the broker refuses ApiVersions 0"}};
  std::int16_t next = 0;
  for (const auto& entry : answer.api_keys) {
    if (entry.api_key == api::api_versions && entry.max_version >= 0) next = entry.max_version;
  }
  next = std::min<std::int16_t>(next, static_cast<std::int16_t>(asked_ - 1));
  memory_->api_versions_cap = next;
  return ask(next);
}

setup_script::action setup_script::on_closed() {
  if (asked_ > 0) {
    memory_->hung_up = true;
    return reconnect{};
  }
  return fall_back("the broker closes the connection on ApiVersions, as listeners for TLS or SASL do");
}

setup_script::action setup_script::on_timeout() {
  return fall_back("the broker does not answer ApiVersions");
}

setup_script::action setup_script::fall_back(std::string_view what_happened) {
  const auto& release = settings_->broker_version_fallback;
  if (release.empty()) {
    return failed{error{errc::version_negotiation,
                        std::string{what_happened} +
                            "; for a broker older than 0.10 set broker.version.fallback, such as 0.9.0.1"}};
  }
  auto versions = versions_of_release(release);
  if (!versions) {
    return failed{
        error{errc::version_negotiation,
              "broker.version.fallback=" + release + " names no release without ApiVersions (0.8.x, 0.9.x)"}};
  }
  const bool known = memory_->skip_api_versions || !settings_->api_version_request;
  memory_->skip_api_versions = true;
  // A connection that was asked is in an unknown state: the broker may still answer.
  if (!known) return reconnect{};
  return ready{*versions};
}

}  // namespace kwire::core
