#include "core/topic_pattern.hpp"

#include <re2/re2.h>

namespace kwire::embedded {
namespace {

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  return options;
}

}  // namespace

struct topic_pattern::engine {
  RE2 compiled;
};

topic_pattern::topic_pattern(const std::string& expression) : engine_(new engine{RE2{expression, quiet()}}) {}
topic_pattern::~topic_pattern() = default;

std::shared_ptr<const topic_pattern> topic_pattern::compile(const std::string& expression,
                                                            std::string& error) {
  auto made = std::make_shared<const topic_pattern>(expression);
  if (made->engine_->compiled.ok()) return made;
  error = made->engine_->compiled.error();
  return nullptr;
}

bool topic_pattern::matches(std::string_view text) const {
  return RE2::FullMatch(re2::StringPiece{text.data(), text.size()}, engine_->compiled);
}

std::set<std::string> topic_pattern::matches(const cluster::topic_map& topics) const {
  std::set<std::string> found;
  for (const auto& [name, topic] : topics) {
    if (matches(name)) found.insert(name);
  }
  return found;
}

}  // namespace kwire::embedded
