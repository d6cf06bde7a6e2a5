#pragma once

#include <string>
#include <string_view>

namespace kwire::cli {

/// All of a file, or of standard input for "-" or nothing. Throws `failure`.
std::string read_input(std::string_view name);

}  // namespace kwire::cli
