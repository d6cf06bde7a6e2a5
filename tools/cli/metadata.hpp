#pragma once

#include <kwire/client/admin_types.hpp>
#include <string>
#include <string_view>

namespace kwire::cli {

/// As kcat -L prints it; `topic` is the one that was asked for, empty for all.
std::string metadata_text(const cluster_metadata& all, std::string_view topic);
/// As kcat -L -J prints it.
std::string metadata_json(const cluster_metadata& all, std::string_view topic);

}  // namespace kwire::cli
