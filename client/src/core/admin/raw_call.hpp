#pragma once

#include <kwire/client/admin_types.hpp>

#include "core/admin/metadata_call.hpp"

namespace kwire::core {

/// Sends one request as it is, once, and tells the octets of its answer.
void ask_raw(admin_core& core, raw_request what, time_point deadline, told<raw_response> done,
             time_point now);

}  // namespace kwire::core
