#include "peers/troupe.hpp"

#include "exactly_once_troupe.hpp"
#include "peers/group_troupe.hpp"
#include "peers/share_troupe.hpp"
#include "peers/transaction_troupe.hpp"

namespace kwire::sim {

std::unique_ptr<troupe> make_troupe(troupe::stage on) {
  switch (on.plan.what) {
    case workload::transactions: return std::make_unique<transaction_troupe>(std::move(on));
    case workload::exactly_once: return std::make_unique<exactly_once_troupe>(std::move(on));
    case workload::consumer_group: return std::make_unique<group_troupe>(std::move(on));
    case workload::share_group: return std::make_unique<share_troupe>(std::move(on));
    default: return nullptr;
  }
}

}  // namespace kwire::sim
