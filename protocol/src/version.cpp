#include <kwire/protocol/version.hpp>

namespace kwire {

std::string_view version_string() noexcept { return library_version; }

}  // namespace kwire
