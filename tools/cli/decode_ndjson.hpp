#pragma once

#include <string>
#include <string_view>

namespace kwire::cli {

class session;

/// The answer, without a line break, to one line of the protocol that `kwire decode --ndjson` speaks with
/// programs; what is wrong with the line is an answer too.
std::string answer_line(std::string_view line);

/// Answers the lines of standard input until it ends.
int run_ndjson(session& here);

}  // namespace kwire::cli
