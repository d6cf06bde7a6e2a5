#include "core/release_line.hpp"

namespace kwire::embedded {

release_features features_of(release which) noexcept {
  release_features known;
  if (which < release{4, 2}) known.share.level = 0;  // a preview that has to be switched on
  if (which < release{4, 1}) known.share = {};
  if (which < release{4, 0}) known.group = known.transaction = {};
  return known;
}

broker_errc check_feature(api key, const release_features& features) noexcept {
  const auto need = [](const feature_level& one) {
    return one.level > 0 ? broker_errc::none : broker_errc::unsupported_version;
  };
  switch (key) {
    case api::consumer_group_heartbeat:
    case api::consumer_group_describe: return need(features.group);
    case api::share_group_heartbeat:
    case api::share_group_describe:
    case api::share_fetch:
    case api::share_acknowledge:
    case api::describe_share_group_offsets:
    case api::alter_share_group_offsets:
    case api::delete_share_group_offsets: return need(features.share);
    default: return broker_errc::none;
  }
}

bool tells_own_range(release which) noexcept { return which >= release{2, 4}; }

}  // namespace kwire::embedded
