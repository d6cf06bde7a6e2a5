#pragma once

#include <cstdint>
#include <kwire/protocol/bytes.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/admin_state.hpp"

namespace kwire::embedded {

/// The hash of a SCRAM mechanism, by Kafka's numbers.
enum class scram_hash : std::int8_t { sha256 = 1, sha512 = 2 };

/// By the mechanism's name (`SCRAM-SHA-256`).
std::optional<scram_hash> scram_hash_of(std::string_view mechanism) noexcept;

bytes scram_digest(scram_hash hash, bytes_view content);
bytes scram_hmac(scram_hash hash, bytes_view key, bytes_view content);

/// What is kept of a password (RFC 5802: Hi).
scram_credential make_scram_credential(scram_hash hash, std::string_view password, bytes salt,
                                       std::int32_t iterations);

/// Whether two secrets are equal, in a time that does not tell where they differ.
bool same_secret(bytes_view a, bytes_view b) noexcept;

}  // namespace kwire::embedded
