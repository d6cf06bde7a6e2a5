#include "core/request_topics.hpp"

#include <algorithm>
#include <array>
#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/messages/fetch.hpp>
#include <kwire/protocol/wire/visitor.hpp>

namespace kwire::embedded {
namespace {

using protocol::kind;
using protocol::value_ref;

/// Fields that hold names or ids of topics, in whatever request.
constexpr std::array topic_fields = {
    std::string_view{"name"},          std::string_view{"topic"},  std::string_view{"topic_name"},
    std::string_view{"topic_names"},   std::string_view{"topics"}, std::string_view{"topic_id"},
    std::string_view{"resource_name"},
};

class finder final : public protocol::visitor {
 public:
  finder(std::int16_t version, const std::string& name, const uuid& id)
      : version_(version), name_(name), id_(id) {}

  bool search(value_ref value) {
    value.type->describe(value.at, *this);
    return found_;
  }

 private:
  void visit(std::string_view name, value_ref field, const protocol::traits& how) override {
    if (!found_ && how.exists(version_))
      look(std::ranges::find(topic_fields, name) != topic_fields.end(), field);
  }

  void look(bool may_be, value_ref field) {
    switch (field.type->shape) {
      case kind::string: found_ = found_ || (may_be && *static_cast<std::string*>(field.at) == name_); return;
      case kind::uuid:
        found_ = found_ || (may_be && !id_.is_zero() && *static_cast<uuid*>(field.at) == id_);
        return;
      case kind::structure: field.type->describe(field.at, *this); return;
      case kind::optional:
        if (auto* value = field.type->target(field.at)) look(may_be, {value, field.type->inner});
        return;
      case kind::array:
        for (std::size_t i = 0; i < field.type->count(field.at) && !found_; ++i)
          look(may_be, field.element(i));
        return;
      default: return;
    }
  }

  std::int16_t version_;
  const std::string& name_;
  uuid id_;
  bool found_ = false;
};

bool session_has(broker_core& core, const request& what, const std::string& topic, const uuid& id) {
  protocol::fetch_request asked;
  if (!decode_body(what, protocol::ref(asked)) || asked.session_id == 0) return false;
  auto* session = core.fetch_sessions(what.node).find(asked.session_id);
  return session != nullptr && std::ranges::any_of(session->partitions(), [&](const fetch_target& one) {
           return one.topic.name == topic || (!id.is_zero() && one.topic.id == id);
         });
}

}  // namespace

bool names_topic(broker_core& core, const request& what, const std::string& topic) {
  const auto* known = core.state().find(topic);
  const auto id = known == nullptr ? uuid{} : known->id;
  const auto* entry = protocol::find_message(what.token.key, protocol::direction::request);
  const auto message = entry->make();
  if (!decode_body(what, message.ref())) return false;
  if (finder{what.token.version, topic, id}.search(message.ref().value)) return true;
  return what.token.key == api::fetch && session_has(core, what, topic, id);
}

}  // namespace kwire::embedded
