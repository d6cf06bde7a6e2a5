#pragma once

#include <string>
#include <string_view>

#include "options.hpp"

namespace kwire::cli {

// Texts made of the tables of commands and options.

/// All commands a line each, or those of one family ("topics").
std::string overview(std::string_view family = {});
/// One command with all its options.
std::string usage(const command_spec& command);
/// Completion script for bash, zsh or fish; empty for another shell.
std::string completion(std::string_view shell);
/// The manual page kwire(1).
std::string manual();

}  // namespace kwire::cli
