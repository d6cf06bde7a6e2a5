#pragma once

#include <kwire/protocol/messages/all.hpp>

#include "options.hpp"

namespace kwire::cli {

/// The request of the API that --api names, or numbers. Throws `usage_error`, with the nearest names.
const protocol::message_entry& api_argument(const arguments& args);

/// The request of an API by its name in any case, or by its key; null when there is none.
const protocol::message_entry* find_api(std::string_view text);

}  // namespace kwire::cli
