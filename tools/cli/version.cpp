#include "version.hpp"

#include <lz4.h>
#include <openssl/crypto.h>
#include <snappy-stubs-public.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <boost/version.hpp>
#include <kwire/protocol/version.hpp>

namespace kwire::cli {

std::string versions() {
  std::string boost = BOOST_LIB_VERSION;
  std::ranges::replace(boost, '_', '.');
  const auto snappy = std::to_string(SNAPPY_MAJOR) + "." + std::to_string(SNAPPY_MINOR) + "." +
                      std::to_string(SNAPPY_PATCHLEVEL);
  std::string text = "kwire " + std::string{library_version} + "\n";
  text += "zstd " + std::string{ZSTD_versionString()} + "\n";
  text += "lz4 " + std::string{LZ4_versionString()} + "\n";
  text += "snappy " + snappy + "\n";
  text += "zlib " + std::string{zlibVersion()} + "\n";
  text += "OpenSSL " + std::string{OpenSSL_version(OPENSSL_VERSION_STRING)} + "\n";
  text += "Boost " + boost + "\n";
  return text;
}

}  // namespace kwire::cli
