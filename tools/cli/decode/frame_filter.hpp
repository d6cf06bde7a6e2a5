#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "decode/frame_facts.hpp"
#include "decode/frame_printer.hpp"

namespace kwire::cli {

/// Which frames are shown: `api=Fetch,client=my-*,topic=orders`. A name given twice means either; different
/// names have to fit all. Patterns of clients and topics may have `*` and `?`.
class frame_filter {
 public:
  /// Everything passes.
  frame_filter() = default;
  /// Throws `usage_error`.
  explicit frame_filter(std::string_view text);

  /// Topic ids are known by the names that Metadata answers gave them before. An answer passes with its
  /// request, or by its own topics.
  bool passes(const seen_frame& seen, const frame_facts& facts, bool request_passed);

 private:
  void learn(const frame_facts& facts);
  bool has_topic(const frame_facts& facts) const;

  std::vector<api> apis_;
  std::vector<std::string> clients_;
  std::vector<std::string> topics_;
  std::map<uuid, std::string> names_;
};

}  // namespace kwire::cli
