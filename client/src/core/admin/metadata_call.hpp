#pragma once

#include <functional>
#include <kwire/client/admin_types.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/admin/admin_core.hpp"

namespace kwire::core {

template <class T>
using told = std::function<void(result<T>, time_point now)>;

/// Brokers and these topics, or all. What is only being elected or made is told as it stands.
void ask_metadata(admin_core& core, std::optional<std::vector<std::string>> topics, time_point deadline,
                  told<cluster_metadata> done, time_point now);

/// Goes on when the addresses of the brokers are known; says why not as whoever cannot reach any.
void when_reached(admin_core& core, time_point deadline, std::function<void(time_point)> go,
                  std::function<void(const error&, time_point)> give_up, time_point now);

}  // namespace kwire::core
