#include <stdexcept>

#include "front/broker_impl.hpp"

// What a test does to a broker: faults, and what befalls nodes, leaders, coordinators and topics.

namespace kwire {
namespace {

using embedded::coordinator_kind;
using embedded::fault;
using embedded::instant;

void need_topic(bool done, const std::string& name) {
  if (!done) throw std::out_of_range{"broker: no topic " + name};
}

void need_partition(bool done, const std::string& topic, std::int32_t index) {
  if (done) return;
  throw std::out_of_range{"broker: no partition " + std::to_string(index) + " of topic " + topic};
}

coordinator_kind kind_of(broker::coordinated what) {
  return what == broker::coordinated::group ? coordinator_kind::group : coordinator_kind::transaction;
}

fault with_octet(fault::kind what, std::size_t octet) {
  fault made{what};
  made.octet = octet;
  return made;
}

fault with_pause(fault::kind what, std::chrono::milliseconds pause) {
  fault made{what};
  made.pause = pause;
  return made;
}

}  // namespace

void broker::freeze(std::optional<std::int32_t> id) {
  impl_->befall([&](auto& core, instant now) {
    if (id) return core.freeze_node(impl_->checked(*id), true, now);
    for (const auto& node : core.state().nodes()) core.freeze_node(node.id, true, now);
    return true;
  });
}

void broker::thaw(std::optional<std::int32_t> id) {
  impl_->befall([&](auto& core, instant now) {
    if (id) return core.freeze_node(impl_->checked(*id), false, now);
    for (const auto& node : core.state().nodes()) core.freeze_node(node.id, false, now);
    return true;
  });
}

void broker::fill_disk(std::int32_t id, bool full) {
  impl_->befall([&](auto& core, instant) { return core.fill_disk(impl_->checked(id), full); });
}

void broker::bump_leader_epoch(const std::string& topic, std::int32_t partition) {
  need_partition(impl_->befall([&](auto& core, instant now) {
    return core.bump_epoch(topic, partition_id{partition}, now);
  }),
                 topic, partition);
}

void broker::lose_records(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  need_partition(impl_->befall([&](auto& core, instant now) {
    return core.lose_tail(topic, partition_id{partition}, offset, now);
  }),
                 topic, partition);
}

void broker::hold_replication(const std::string& topic, std::int32_t partition, bool held) {
  need_partition(impl_->befall([&](auto& core, instant now) {
    return core.hold_replication(topic, partition_id{partition}, held, now);
  }),
                 topic, partition);
}

void broker::move_coordinator(coordinated what, const std::string& key, std::int32_t to) {
  const bool done = impl_->befall([&](auto& core, instant now) {
    return core.move_coordinator(kind_of(what), key, impl_->checked(to), now);
  });
  if (!done) throw std::invalid_argument{"broker: " + std::to_string(to) + " is stopped"};
}

std::int32_t broker::coordinator(coordinated what, const std::string& key) const {
  const std::lock_guard lock{impl_->guard};
  return raw(impl_->core.coordinator_of(kind_of(what), key));
}

void broker::hide_topic(const std::string& name) {
  need_topic(impl_->befall([&](auto& core, instant now) { return core.hide_topic(name, now); }), name);
}

void broker::show_topic(const std::string& name) {
  need_topic(impl_->befall([&](auto& core, instant now) { return core.show_topic(name, now); }), name);
}

void broker::delete_topic(const std::string& name) {
  need_topic(impl_->befall([&](auto& core, instant now) { return core.delete_topic(name, now); }), name);
}

void broker::recreate_topic(const std::string& name) {
  need_topic(impl_->befall([&](auto& core, instant now) { return core.recreate_topic(name, now); }), name);
}

bool broker::expire_producer(std::int64_t id) {
  return impl_->befall([&](auto& core, instant) { return core.expire_producer(producer_id{id}); });
}

void broker::fail(api key, broker_errc error, const strikes& which) {
  fault made{fault::kind::fail};
  made.error = error;
  impl_->strike(key, std::move(made), which);
}

void broker::delay(api key, std::chrono::milliseconds pause, const strikes& which) {
  impl_->strike(key, with_pause(fault::kind::delay, pause), which);
}

void broker::throttle(api key, std::chrono::milliseconds pause, const strikes& which) {
  impl_->strike(key, with_pause(fault::kind::throttle, pause), which);
}

void broker::drop_connection(api key, moment when, const strikes& which) {
  impl_->strike(
      key, fault{when == moment::before_append ? fault::kind::drop_before : fault::kind::drop_after}, which);
}

void broker::cut_answer(api key, std::size_t octets, const strikes& which) {
  impl_->strike(key, with_octet(fault::kind::cut, octets), which);
}

void broker::corrupt_answer(api key, std::size_t octet, const strikes& which) {
  impl_->strike(key, with_octet(fault::kind::corrupt, octet), which);
}

void broker::respond_raw(api key, bytes content, const strikes& which) {
  fault made{fault::kind::answer};
  made.content = std::move(content);
  impl_->strike(key, std::move(made), which);
}

void broker::never_answer(api key, const strikes& which) {
  impl_->strike(key, fault{fault::kind::ignore}, which);
}

void broker::clear_faults() {
  const std::lock_guard lock{impl_->guard};
  impl_->core.faults().clear();
}

void broker::max_version(api key, std::int16_t version) {
  const std::lock_guard lock{impl_->guard};
  impl_->core.cap_version(key, version);
}

void broker::close_connections() { impl_->front.close_connections(); }

}  // namespace kwire
