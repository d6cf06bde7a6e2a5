#pragma once

#include <kwire/protocol/api.hpp>
#include <kwire/protocol/api_facts.hpp>
#include <kwire/protocol/broker_errc.hpp>

namespace kwire::embedded {

/// A feature that a cluster has finalised at a level, as ApiVersions tells it.
struct feature_level {
  std::int16_t greatest = 0;  ///< that the brokers support; zero: they do not know the feature
  std::int16_t level = 0;     ///< that is in force; zero: not finalised
};

/// The features that clients look at, as a new cluster of a release has them.
struct release_features {
  feature_level group{1, 1};        ///< group.version: consumer groups (KIP-848)
  feature_level share{1, 1};        ///< share.version: share groups (KIP-932)
  feature_level transaction{2, 2};  ///< transaction.version: KIP-890
};

release_features features_of(release which) noexcept;

/// What requests are answered whose feature is not in force; none for all others.
broker_errc check_feature(api key, const release_features& features) noexcept;

/// Whether a broker of the release names its own range of ApiVersions to who asks in a version it lacks
/// (KIP-511); those before name nothing.
bool tells_own_range(release which) noexcept;

/// Releases whose brokers tell their versions, the oldest and the newest known here.
inline constexpr release oldest_line{0, 10, 0};
inline constexpr release newest_line{4, 4, 0};
/// Clusters before it are played as those with ZooKeeper, which have no quorum to describe.
inline constexpr release first_kraft_line{3, 3, 0};

}  // namespace kwire::embedded
