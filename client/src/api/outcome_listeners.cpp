#include "api/outcome_listeners.hpp"

#include <exception>

namespace kwire::api_detail {

bool outcome_listeners::set(delivery_batch_callback on_batch) {
  if (on_batch_) return false;
  on_batch_ = std::move(on_batch);
  return true;
}

template <class Call>
void outcome_listeners::guarded(const Call& call) const {
  try {
    call();
  } catch (const std::exception& thrown) {
    on_throw_(thrown.what());
  } catch (...) {
    on_throw_("not a std::exception");
  }
}

void outcome_listeners::on_send(record& what) const {
  for (const auto& one : interceptors_) {
    guarded([&] {
      auto changed = what;
      one->on_send(changed);
      what = std::move(changed);
    });
  }
}

void outcome_listeners::not_accepted(const record& what, const error& why) const {
  delivery told{outcome::not_persisted, what.topic(), what.partition().value_or(partition_id{-1}), -1,
                what.opaque(),          &why};
  if (what.at()) told.at(*what.at(), timestamp_type::create);
  for (const auto& one : interceptors_) guarded([&] { one->on_acknowledgement(told); });
}

void outcome_listeners::each(const delivery& d) {
  for (const auto& one : interceptors_) guarded([&] { one->on_acknowledgement(d); });
}

}  // namespace kwire::api_detail
