#pragma once

#include <functional>
#include <kwire/client/observer.hpp>
#include <memory>

#include "core/config/config_reader.hpp"
#include "runtime/engine.hpp"

namespace kwire::api_detail {

/// Reads the client's part of a configuration, lets `check` read the rest and report every fault at once,
/// and only then starts an engine.
std::shared_ptr<runtime::engine> make_engine(core::config_reader& reader, std::unique_ptr<observer> watcher,
                                             const std::function<void()>& check);

/// For handles on an engine that is there already.
void tell_notices(runtime::engine& to, const core::config_reader& reader);

}  // namespace kwire::api_detail
