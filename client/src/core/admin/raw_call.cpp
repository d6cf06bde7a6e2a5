#include "core/admin/raw_call.hpp"

#include <kwire/protocol/messages/all.hpp>

namespace kwire::core {
namespace {

class raw_body final : public request_body {
 public:
  raw_body(const protocol::message_info& info, std::shared_ptr<const raw_request> what)
      : info_(&info), what_(std::move(what)) {}
  const protocol::message_info& info() const override { return *info_; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    auto octets = what_->body(version);
    if (!octets) return octets.error();
    out.raw(*octets);
    return {};
  }

 private:
  const protocol::message_info* info_;
  std::shared_ptr<const raw_request> what_;
};

destination destination_of(const raw_request& what) {
  if (what.broker) return destination::broker(*what.broker);
  if (what.group) return destination::group(*what.group);
  if (what.transactional_id) {
    return {destination::target::coordinator, no_node, coordinator_type::transaction, *what.transactional_id};
  }
  const auto* known = protocol::find_message(what.key, protocol::direction::request);
  return known->facts->routing == route::controller ? destination::controller() : destination::any();
}

}  // namespace

void ask_raw(admin_core& core, raw_request what, time_point deadline, told<raw_response> done,
             time_point now) {
  const auto* known = protocol::find_message(what.key, protocol::direction::request);
  if (known == nullptr) return done(error{errc::invalid_argument, "no such API key"}, now);
  const auto shared = std::make_shared<const raw_request>(std::move(what));
  const auto receiver = std::make_shared<told<raw_response>>(std::move(done));
  question q;
  q.once = true;
  q.deadline = deadline;
  q.make = [shared, info = known->info] {
    request asked;
    asked.body = std::make_shared<raw_body>(*info, shared);
    asked.to = destination_of(*shared);
    asked.forced_version = shared->version;
    return asked;
  };
  q.take = [receiver](const response& answer, time_point at) -> std::optional<error> {
    (*receiver)(raw_response{answer.version, answer.from, to_bytes(answer.body.content())}, at);
    return std::nullopt;
  };
  q.give_up = [receiver](const error& why, time_point at) { (*receiver)(why, at); };
  const auto go = [&core, q](time_point at) { core.ask(q, at); };
  if (!shared->broker) return go(now);
  when_reached(core, deadline, go, q.give_up, now);
}

}  // namespace kwire::core
