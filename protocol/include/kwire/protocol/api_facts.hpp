#pragma once

#include <cstdint>
#include <kwire/protocol/api.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kwire {

/// Who answers an API.
enum class route : std::uint8_t {
  any_broker,
  every_broker,  ///< each answers for itself
  leader,        ///< of the partitions asked for
  group_coordinator,
  transaction_coordinator,
  share_coordinator,
  controller,    ///< brokers forward to it
  connection,    ///< the broker at the other end of the connection, whichever it is
  inter_broker,  ///< brokers and controllers among themselves
};

/// Kafka's words for it, e.g. "group coordinator".
std::string_view to_string(route to) noexcept;

/// A release of Apache Kafka.
struct release {
  int major = 0;
  int minor = 0;
  int patch = 0;

  friend auto operator<=>(const release&, const release&) = default;
};

/// Reads "0.10.2", "4.1" and the like; nothing when it is no release.
std::optional<release> parse_release(std::string_view text) noexcept;

/// What is known of an API beside its messages; sits on the request as `facts`.
struct api_facts {
  /// For `oldest`: Kafka 4 has no version of it.
  static constexpr std::int16_t gone = 0x7fff;

  route routing{};
  std::string_view releases;  ///< those that brought the versions, one by one from the first described on
  std::int16_t oldest = 0;    ///< the lowest version that Kafka 4 still takes (KIP-896)

  /// The release that brought each version of `described`.
  std::vector<std::string_view> since() const;
  /// The versions that brokers of a release take; empty when there are none.
  version_range in(release which, version_range described) const;
};

}  // namespace kwire
