#pragma once

#include <string>
#include <vector>

namespace kwire::embedded {

/// A certificate for tests, all in PEM.
struct test_certificate {
  std::string ca;           ///< of the authority that was made for it alone
  std::string certificate;  ///< signed by it
  std::string key;
};

/// Makes an authority and lets it sign a certificate for these host names and addresses, valid for thirty
/// days; the key of the authority is thrown away. Throws `std::runtime_error` when OpenSSL fails.
test_certificate make_test_certificate(const std::vector<std::string>& hosts);

}  // namespace kwire::embedded
