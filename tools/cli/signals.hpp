#pragma once

#include <stop_token>

namespace kwire::cli {

/// From here on SIGINT, SIGTERM and SIGHUP request a stop instead of ending the process; a second one ends it
/// at once. Call first in `main`, before any thread exists: the signals are blocked in all threads made
/// later. SIGPIPE is ignored; writers see the error.
void catch_signals();

/// Whether a stop was asked for; its callbacks run on a thread of their own.
std::stop_token stop_requested() noexcept;

/// Readable when a stop was asked for: for `poll` together with other descriptors.
int stop_descriptor() noexcept;

/// Asks for a stop, as the signals do.
void request_stop();

}  // namespace kwire::cli
