#pragma once

#include <span>
#include <string>

namespace kwire::cli {

/// Runs the command that the words (without the program's name) say and gives the exit status: 0 done, 1
/// failed, 2 wrong usage.
int run(std::span<const std::string> words);

}  // namespace kwire::cli
