#pragma once

#include <kwire/protocol/messages/all.hpp>
#include <string>
#include <string_view>

#include "options.hpp"

namespace kwire::cli {

/// The API of this name or number. Throws `usage_error` that begins with `option`.
api parse_api_option(std::string_view option, const std::string& name);

/// The request of the API that --api tells. Throws `usage_error`.
const protocol::message_entry& api_argument(const arguments& args);

}  // namespace kwire::cli
