#include "decode/frame_facts.hpp"

#include <kwire/protocol/wire/visitor.hpp>
#include <optional>

namespace kwire::cli {
namespace {

using protocol::kind;
using protocol::value_ref;

/// Whether a list of this name has structures (or plain names) of topics in it.
bool lists_topics(std::string_view name) {
  return name.starts_with("topic") || name == "responses" || name == "forgotten_topics_data" ||
         name.ends_with("_topics");
}

class collector final : public protocol::visitor {
 public:
  collector(std::int16_t version, frame_facts& into) : facts_(into), version_(version) {}

  void structure(value_ref value, bool is_topic) {
    const auto outer = here_;
    here_ = {is_topic, std::nullopt, std::nullopt};
    value.type->describe(value.at, *this);
    facts_.unknown += value.type->unknown(value.at)->entries().size();
    if (here_.id && !here_.id->is_zero()) {
      if (here_.name && !here_.name->empty()) {
        facts_.named_topics.emplace_back(*here_.id, *here_.name);
      } else {
        facts_.topic_ids.push_back(*here_.id);
      }
    }
    if (here_.name && !here_.name->empty()) facts_.topics.push_back(std::move(*here_.name));
    here_ = outer;
  }

 private:
  struct place {
    bool is_topic = false;
    std::optional<std::string> name;
    std::optional<uuid> id;
  };

  void visit(std::string_view name, value_ref field, const protocol::traits& how) override {
    if (!how.exists(version_)) return;
    if (field.type->shape == kind::optional) {
      void* target = field.type->target(field.at);
      if (target == nullptr) return;
      field = {target, field.type->inner};
    }
    switch (field.type->shape) {
      case kind::int16:
        if (name == "error_code" && *static_cast<std::int16_t*>(field.at) != 0) ++facts_.errors;
        return;
      case kind::string:
        if (name == "topic" || name == "topic_name" || (here_.is_topic && name == "name")) {
          here_.name = *static_cast<std::string*>(field.at);
        }
        return;
      case kind::uuid:
        if (name == "topic_id") here_.id = *static_cast<uuid*>(field.at);
        return;
      case kind::array: return array(field, lists_topics(name));
      case kind::structure: return structure(field, false);
      default: return;
    }
  }

  void array(value_ref field, bool of_topics) {
    const auto shape = field.type->inner->shape;
    const auto count = field.type->count(field.at);
    for (std::size_t i = 0; i < count; ++i) {
      if (shape == kind::structure) structure(field.element(i), of_topics);
      if (shape == kind::string && of_topics)
        facts_.topics.push_back(*static_cast<std::string*>(field.element(i).at));
    }
  }

  frame_facts& facts_;
  std::int16_t version_;
  place here_;
};

class secret_finder final : public protocol::visitor {
 public:
  explicit secret_finder(std::int16_t version) : version_(version) {}
  bool found = false;

 private:
  void visit(std::string_view, value_ref field, const protocol::traits& how) override {
    if (found || !how.exists(version_)) return;
    found = how.is_secret();
    const auto* type = field.type;
    while (type->inner != nullptr) type = type->inner;
    if (!found && type->shape == kind::structure) type->describe_sample(*this);
  }
  std::int16_t version_;
};

}  // namespace

bool may_hold_secrets(const protocol::type_info* type, std::int16_t version) {
  secret_finder visitor{version};
  type->describe_sample(visitor);
  return visitor.found;
}

frame_facts facts_of(protocol::message_ref message, std::int16_t version) {
  frame_facts found;
  collector{version, found}.structure(message.value, false);
  return found;
}

}  // namespace kwire::cli
