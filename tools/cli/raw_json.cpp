#include "raw_json.hpp"

namespace kwire::cli {
namespace {

constexpr std::string_view blank = " \t\r\n";

class scanner {
 public:
  explicit scanner(std::string_view text) : text_(text) {}

  /// Steps over white space and `wanted`; false when something else stands there.
  bool take(char wanted) {
    skip_blank();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  bool at_end() {
    skip_blank();
    return at_ == text_.size();
  }
  /// A value with all that is in it; empty when there is none or it does not end.
  std::string_view value() {
    skip_blank();
    const auto begin = at_;
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (depth == 0 && at_ > begin && (c == ',' || c == '}' || c == ']')) break;
      if (c == '"') {
        if (string().empty()) return {};
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && depth-- == 0) return {};
      ++at_;
    }
    if (depth != 0) return {};
    const auto found = text_.substr(begin, at_ - begin);
    return found.substr(0, found.find_last_not_of(blank) + 1);
  }
  /// A string with its quotes; empty when there is none.
  std::string_view string() {
    skip_blank();
    const auto begin = at_;
    if (!take('"')) return {};
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return {};
    ++at_;
    return text_.substr(begin, at_ - begin);
  }

 private:
  void skip_blank() {
    while (at_ < text_.size() && blank.find(text_[at_]) != blank.npos) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<raw_members> raw_members::of(std::string_view text) {
  scanner in{text};
  raw_members found;
  if (!in.take('{')) return std::nullopt;
  if (in.take('}')) return in.at_end() ? std::optional{found} : std::nullopt;
  do {
    const auto name = in.string();
    if (name.empty() || !in.take(':')) return std::nullopt;
    const auto value = in.value();
    if (value.empty()) return std::nullopt;
    found.members_.emplace_back(name.substr(1, name.size() - 2), value);
  } while (in.take(','));
  if (!in.take('}') || !in.at_end()) return std::nullopt;
  return found;
}

std::optional<std::string_view> raw_members::find(std::string_view name) const {
  for (auto member = members_.rbegin(); member != members_.rend(); ++member) {
    if (member->first == name) return member->second;
  }
  return std::nullopt;
}

std::optional<std::vector<std::string_view>> raw_elements(std::string_view text) {
  scanner in{text};
  std::vector<std::string_view> found;
  if (!in.take('[')) return std::nullopt;
  if (in.take(']')) return in.at_end() ? std::optional{found} : std::nullopt;
  do {
    const auto value = in.value();
    if (value.empty()) return std::nullopt;
    found.push_back(value);
  } while (in.take(','));
  if (!in.take(']') || !in.at_end()) return std::nullopt;
  return found;
}

std::optional<std::string_view> raw_string(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
  const auto content = value.substr(1, value.size() - 2);
  if (content.find_first_of("\"\\") != content.npos) return std::nullopt;
  return content;
}

}  // namespace kwire::cli
