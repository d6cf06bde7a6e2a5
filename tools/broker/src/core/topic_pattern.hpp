#pragma once

#include <memory>
#include <set>
#include <string>

#include "core/cluster.hpp"

namespace kwire::embedded {

/// A regular expression that a member subscribes with (KIP-848), in the syntax of RE2. It is matched in time
/// linear in the text, and within a bounded amount of memory, whatever a client sends.
class topic_pattern {
 public:
  /// Whether it could be compiled; `error` says why not.
  static std::shared_ptr<const topic_pattern> compile(const std::string& expression, std::string& error);

  explicit topic_pattern(const std::string& expression);
  ~topic_pattern();
  topic_pattern(const topic_pattern&) = delete;
  topic_pattern& operator=(const topic_pattern&) = delete;

  bool matches(std::string_view text) const;
  /// The topics whose whole name matches.
  std::set<std::string> matches(const cluster::topic_map& topics) const;

 private:
  struct engine;
  std::unique_ptr<engine> engine_;
};

}  // namespace kwire::embedded
