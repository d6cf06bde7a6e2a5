#pragma once

#include <kwire/client/admin.hpp>
#include <memory>
#include <stop_token>

#include "session.hpp"
#include "signals.hpp"

namespace kwire::cli {

/// An admin handle whose calls end when a stop is asked for.
class cluster_access {
 public:
  explicit cluster_access(const session& here)
      : admin_(here.properties<admin_config>(config_role::admin)),
        on_stop_(stop_requested(), interrupter{&admin_}) {}
  admin* operator->() noexcept { return &admin_; }

 private:
  struct interrupter {
    admin* target;
    void operator()() const noexcept { target->interrupt(); }
  };

  admin admin_;
  std::stop_callback<interrupter> on_stop_;
};

}  // namespace kwire::cli
