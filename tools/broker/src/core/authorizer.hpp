#pragma once

#include "core/broker_core.hpp"

namespace kwire::embedded {

/// What the request is refused with as a whole, because its sender may not do what all of it needs; none
/// when it may. Of what has several topics, groups or other resources, each is asked for where it is served.
broker_errc authorize(broker_core& core, const request& what);

/// Whether who is behind a connection may do this to a resource.
bool may(const broker_core& core, connection_id who, acl_operation how, acl_resource type,
         std::string_view name);

/// What one resource of a request is refused with: what is injected, or because its sender may not.
broker_errc refused(const broker_core& core, const request& what, acl_operation how, acl_resource type,
                    std::string_view name);
inline broker_errc refused_topic(const broker_core& core, const request& what, acl_operation how,
                                 std::string_view name) {
  return refused(core, what, how, acl_resource::topic, name);
}
inline broker_errc refused_group(const broker_core& core, const request& what, acl_operation how,
                                 std::string_view id) {
  return refused(core, what, how, acl_resource::group, id);
}
/// Of a resource of the APIs about settings, by the numbers these have for types.
broker_errc refused_settings(const broker_core& core, const request& what, acl_operation how,
                             std::int8_t config_type, std::string_view name);

/// One bit for each operation that the sender may do to the resource (KIP-430).
std::int32_t authorized_operations(const broker_core& core, const request& what, acl_resource type,
                                   std::string_view name);

}  // namespace kwire::embedded
