#include "peers/troupe.hpp"

#include "peers/transaction_troupe.hpp"

namespace kwire::sim {

std::unique_ptr<troupe> make_troupe(troupe::stage on) {
  switch (on.plan.what) {
    case workload::transactions: return std::make_unique<transaction_troupe>(std::move(on));
    default: return nullptr;
  }
}

}  // namespace kwire::sim
