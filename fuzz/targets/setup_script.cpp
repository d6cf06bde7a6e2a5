// The conversation at the start of a connection, with a peer that says anything at any time.
#include "core/connection/setup_script.hpp"

#include "support/check.hpp"
#include "support/hostile.hpp"
#include "support/target.hpp"

using namespace kwire;
using core::setup_script;

namespace {

/// An answer to ApiVersions, or octets.
bytes answer(fuzz::input& in) {
  const auto version = static_cast<std::int16_t>(in.below(6));
  protocol::writer out;
  out.fixed(in.below(16) == 0 ? in.number<std::int32_t>() : std::int32_t{0});
  out.raw(fuzz::hostile_body(api::api_versions, protocol::direction::response, version, in));
  return std::move(out.buffer());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  core::client_settings settings;
  settings.api_version_request = in.below(8) != 0;
  constexpr const char* releases[] = {"", "0.9.0", "0.8.2.1", "7"};
  settings.broker_version_fallback = releases[in.below(4)];
  setup_script::memory memory;
  // Each connection ends; those that are hung up on must not go on for ever.
  for (int connections = 0; connections < 16; ++connections) {
    setup_script script{settings, memory, {"cluster", node_id{static_cast<std::int32_t>(in.below(3))}}};
    auto action = script.start();
    for (int steps = 0; std::holds_alternative<setup_script::send>(action); ++steps) {
      fuzz::require(steps < 16, "the set-up ends");
      fuzz::require(std::get<setup_script::send>(action).frame.size() >= 8, "a request has a header");
      switch (in.empty() ? 1 : in.below(8)) {
        case 1: action = script.on_closed(); break;
        case 2: action = script.on_timeout(); break;
        default: action = script.on_frame(answer(in));
      }
    }
    if (const auto* failed = std::get_if<setup_script::failed>(&action)) {
      fuzz::require(!failed->why.message().empty(), "a failure says why");
    }
    if (!std::holds_alternative<setup_script::reconnect>(action)) return 0;
  }
  fuzz::broken("reconnecting ends", "16 connections");
}
