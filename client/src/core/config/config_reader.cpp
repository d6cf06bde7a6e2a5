#include "core/config/config_reader.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "core/config/foreign_keys.hpp"

namespace kwire {
namespace {

std::string join(const std::vector<std::string>& lines) {
  std::string text = "invalid configuration:";
  for (const auto& line : lines) text += "\n  " + line;
  return text;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

}  // namespace

config_error::config_error(std::vector<std::string> faults)
    : std::invalid_argument(join(faults)), faults_(std::move(faults)) {}

config& config::parse(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const auto equals = std::min(line.find('='), line.size());
    const auto value = equals < line.size() ? trim(line.substr(equals + 1)) : std::string_view{};
    set(std::string{trim(line.substr(0, equals))}, std::string{value});
  }
  return *this;
}

config& config::load(const std::string& path) {
  std::ifstream file{path};
  if (!file) throw config_error{{"cannot read the configuration file " + path}};
  std::ostringstream text;
  text << file.rdbuf();
  return parse(text.str());
}

config& config::add(const config& other) {
  properties_.insert(properties_.end(), other.properties_.begin(), other.properties_.end());
  return *this;
}

namespace core {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (const auto part = trim(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string join_words(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

std::string range_text(const setting_traits& how) {
  constexpr setting_traits open{};
  const auto low = how.min == open.min ? std::string{} : std::to_string(how.min);
  const auto high = how.max == open.max ? std::string{} : std::to_string(how.max);
  return low.empty() && high.empty() ? "" : low + ".." + high;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row.back();
}

std::string_view word_of(std::int64_t value, std::span<const choice> words) {
  const auto found = std::ranges::find(words, value, &choice::value);
  return found == words.end() ? std::string_view{"?"} : found->word;
}

/// Turns every key into one text, for printing and for the documentation.
class row_maker final : public setting_visitor {
 public:
  std::vector<setting_row> rows;
  std::vector<bool> secret;

 private:
  void add(std::string_view key, std::string type, std::string value, std::string range,
           const setting_traits& how) {
    rows.push_back({std::string{key}, std::string{how.aliases}, std::move(type), std::move(value),
                    std::move(range), std::string{how.doc}});
    secret.push_back(how.secret);
  }
  void text(std::string_view key, std::string& field, const setting_traits& how) override {
    add(key, "string", field, "", how);
  }
  void words(std::string_view key, std::vector<std::string>& field, const setting_traits& how) override {
    add(key, "list", join_words(field), "", how);
  }
  void flag(std::string_view key, bool& field, const setting_traits& how) override {
    add(key, "boolean", field ? "true" : "false", "", how);
  }
  void number(std::string_view key, std::int64_t& field, const setting_traits& how) override {
    add(key, "integer", std::to_string(field), range_text(how), how);
  }
  void time(std::string_view key, milliseconds& field, const setting_traits& how) override {
    add(key, "milliseconds", std::to_string(field.count()), range_text(how), how);
  }
  void enumerated(std::string_view key, std::int64_t& field, std::span<const choice> choices,
                  const setting_traits& how) override {
    std::string accepted;
    for (const auto& c : choices) accepted += (accepted.empty() ? "" : ", ") + std::string{c.word};
    add(key, "enum", std::string{word_of(field, choices)}, accepted, how);
  }
};

}  // namespace

/// Gives each described key the value of the property of that name.
class property_applier final : public setting_visitor {
 public:
  explicit property_applier(config_reader& reader) : reader_(reader) {}

 private:
  /// The value given for the key or one of its aliases; the same option given twice with different values
  /// is a fault.
  const std::string* find(std::string_view key, const setting_traits& how) {
    auto names = split(how.aliases, ' ');
    names.emplace(names.begin(), key);
    reader_.known_.insert(reader_.known_.end(), names.begin(), names.end());
    config_reader::entry* found = nullptr;
    for (auto& candidate : reader_.entries_) {
      if (std::ranges::find(names, candidate.key) == names.end()) continue;
      candidate.used = true;
      if (found != nullptr && found->value != candidate.value && found->key != candidate.key) {
        const auto shown = [&](const config_reader::entry& e) {
          return e.key + "=" + (how.secret ? "***" : e.value);
        };
        reader_.fault(shown(*found) + " contradicts " + shown(candidate) + ": they are the same option");
      }
      found = &candidate;  // the same key again: the later one wins, as in a properties file
    }
    if (found == nullptr) return nullptr;
    reader_.given_.emplace(key);
    return &found->value;
  }

  void bad(std::string_view key, const std::string& value, const std::string& wanted) {
    reader_.fault(std::string{key} + "=" + value + ": " + wanted);
  }

  void text(std::string_view key, std::string& field, const setting_traits& how) override {
    if (const auto* value = find(key, how)) field = *value;
  }
  void words(std::string_view key, std::vector<std::string>& field, const setting_traits& how) override {
    if (const auto* value = find(key, how)) field = split(*value, ',');
  }
  void flag(std::string_view key, bool& field, const setting_traits& how) override {
    const auto* value = find(key, how);
    if (value == nullptr) return;
    const bool on = *value == "true" || *value == "1" || *value == "yes" || *value == "on";
    const bool off = *value == "false" || *value == "0" || *value == "no" || *value == "off";
    if (!on && !off) return bad(key, *value, "must be true or false");
    field = on;
  }
  void number(std::string_view key, std::int64_t& field, const setting_traits& how) override {
    if (const auto* value = find(key, how)) integer(key, *value, field, how);
  }
  void time(std::string_view key, milliseconds& field, const setting_traits& how) override {
    auto count = static_cast<std::int64_t>(field.count());
    if (const auto* value = find(key, how)) integer(key, *value, count, how);
    field = milliseconds{count};
  }
  void enumerated(std::string_view key, std::int64_t& field, std::span<const choice> choices,
                  const setting_traits& how) override {
    const auto* value = find(key, how);
    if (value == nullptr) return;
    const auto found = std::ranges::find(choices, std::string_view{*value}, &choice::word);
    if (found != choices.end()) {
      field = found->value;
      return;
    }
    std::string wanted = "must be one of";
    for (const auto& c : choices) wanted += " " + std::string{c.word};
    bad(key, *value, wanted);
  }

  void integer(std::string_view key, const std::string& value, std::int64_t& field,
               const setting_traits& how) {
    std::int64_t number = 0;
    const auto* end = value.data() + value.size();
    const auto [at, ec] = std::from_chars(value.data(), end, number);
    if (ec != std::errc{} || at != end || value.empty()) return bad(key, value, "must be a whole number");
    if (number < how.min || number > how.max) return bad(key, value, "must be within " + range_text(how));
    field = number;
  }

  config_reader& reader_;
};

config_reader::config_reader(const config& properties) {
  for (const auto& [key, value] : properties.properties()) entries_.push_back({key, value, false});
}

void config_reader::apply(const std::function<void(setting_visitor&)>& describe) {
  property_applier applier{*this};
  describe(applier);
}

std::string config_reader::nearest(std::string_view key) const {
  std::string best;
  auto least = key.size() / 2 + 1;  // farther than that is no help
  for (const auto& known : known_) {
    if (const auto distance = edit_distance(key, known); distance < least) {
      least = distance;
      best = known;
    }
  }
  return best;
}

void config_reader::judge_foreign(const entry& given) {
  const auto* foreign = find_foreign_key(given.key);
  if (foreign == nullptr) {
    const auto hint = nearest(given.key);
    return fault(given.key + ": unknown key" + (hint.empty() ? "" : "; did you mean " + hint + "?"));
  }
  if (foreign->asks_for_nothing(given.value)) return;
  // The value is not shown: it could be a secret.
  if (foreign->verdict == foreign_verdict::refused) {
    return fault(given.key + ": not supported: " + std::string{foreign->why});
  }
  notices_.push_back(given.key + " has no effect: " + std::string{foreign->why});
}

void config_reader::finish() {
  for (const auto& given : entries_) {
    if (!given.used) judge_foreign(given);
  }
  if (!faults_.empty()) throw config_error{faults_};
}

std::vector<setting_row> document(const std::function<void(setting_visitor&)>& describe) {
  row_maker maker;
  describe(maker);
  return std::move(maker.rows);
}

std::string print(const std::function<void(setting_visitor&)>& describe) {
  row_maker maker;
  describe(maker);
  std::string text;
  for (std::size_t i = 0; i < maker.rows.size(); ++i) {
    const auto& row = maker.rows[i];
    text += row.key + "=" + (maker.secret[i] && !row.fallback.empty() ? "***" : row.fallback) + "\n";
  }
  return text;
}

}  // namespace core
}  // namespace kwire
