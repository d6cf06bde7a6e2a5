#pragma once

#include <string>

namespace kwire::cli {

/// kwire's version and those of the libraries it was built with or runs on, a line each.
std::string versions();

}  // namespace kwire::cli
