#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

namespace kwire::cli {
namespace {

constexpr option_spec common[] = {
    {'b', "brokers", "HOST:PORT,...", "where to start (default: $KWIRE_BROKERS, else localhost:9092)"},
    {'X', "property", "KEY=VALUE", "a property of the client, by Kafka's or librdkafka's name"},
    {'F', "config", "FILE", "properties from a file, one KEY=VALUE a line"},
    {'m', "timeout", "SECONDS", "how long the cluster may take to answer (default: 30)"},
    {'v', "verbose", "", "say more on standard error; twice: everything"},
    {'q', "quiet", "", "say nothing but errors"},
    {'h', "help", "", "explain the command"},
};

const option_spec* find_letter(std::span<const option_spec> options, char letter) {
  const auto found = std::ranges::find(options, letter, &option_spec::letter);
  return found == options.end() || letter == 0 ? nullptr : &*found;
}

const option_spec* find_name(std::span<const option_spec> options, std::string_view name) {
  const auto found = std::ranges::find(options, name, &option_spec::name);
  return found == options.end() ? nullptr : &*found;
}

class parser {
 public:
  parser(const command_spec& command, std::span<const std::string> words)
      : command_(&command), words_(words) {}

  arguments run() {
    bool options_over = false;
    while (at_ < words_.size()) {
      const std::string_view word = words_[at_++];
      if (options_over || word.size() < 2 || word.front() != '-') {
        result_.add_operand(std::string{word});
      } else if (word == "--") {
        options_over = true;
      } else if (word.starts_with("--")) {
        take_long(word.substr(2));
      } else {
        take_letters(word.substr(1));
      }
    }
    if (!result_.has("help")) check_operands();
    return std::move(result_);
  }

 private:
  void take_long(std::string_view text) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto* option = find_name(command_->options, name);
    if (option == nullptr) option = find_name(common, name);
    if (option == nullptr) throw usage_error{"unknown option --" + std::string{name} + suggestion(name)};
    if (option->argument.empty()) {
      if (equals != text.npos) throw usage_error{"--" + std::string{name} + " takes no value"};
      result_.add(option->name, "");
    } else if (equals != text.npos) {
      result_.add(option->name, std::string{text.substr(equals + 1)});
    } else {
      result_.add(option->name, next_word("--" + std::string{name}, *option));
    }
  }

  void take_letters(std::string_view text) {
    while (!text.empty()) {
      const char letter = text.front();
      text.remove_prefix(1);
      const auto* option = find_letter(command_->options, letter);
      if (option == nullptr) option = find_letter(common, letter);
      if (option == nullptr) throw usage_error{std::string{"unknown option -"} + letter};
      if (option->argument.empty()) {
        result_.add(option->name, "");
        continue;
      }
      result_.add(option->name,
                  text.empty() ? next_word(std::string{"-"} + letter, *option) : std::string{text});
      return;
    }
  }

  std::string next_word(const std::string& shown, const option_spec& option) {
    if (at_ < words_.size()) return words_[at_++];
    throw usage_error{shown + " needs a value: " + std::string{option.argument}};
  }

  std::string suggestion(std::string_view name) const {
    std::vector<std::string_view> known;
    for (const auto& option : command_->options) known.push_back(option.name);
    for (const auto& option : common) known.push_back(option.name);
    const auto close = nearest(name, known);
    return close ? "; did you mean --" + std::string{*close} + "?" : "";
  }

  void check_operands() const {
    const auto count = result_.operands().size();
    if (count > command_->most) {
      throw usage_error{"unexpected \"" + result_.operands()[command_->most] + "\""};
    }
    if (count < command_->fewest) throw usage_error{"missing " + std::string{command_->operands}};
  }

  const command_spec* command_;
  std::span<const std::string> words_;
  std::size_t at_ = 0;
  arguments result_;
};

}  // namespace

std::span<const option_spec> common_options() noexcept { return common; }

arguments parse(const command_spec& command, std::span<const std::string> words) {
  return parser{command, words}.run();
}

std::optional<std::string> arguments::value(std::string_view name) const {
  const auto [first, last] = given_.equal_range(name);
  if (first == last) return std::nullopt;
  return std::prev(last)->second;
}

std::vector<std::string> arguments::values(std::string_view name) const {
  std::vector<std::string> all;
  const auto [first, last] = given_.equal_range(name);
  for (auto it = first; it != last; ++it) all.push_back(it->second);
  return all;
}

std::optional<std::int64_t> arguments::number(std::string_view name, std::int64_t least,
                                              std::int64_t most) const {
  const auto text = value(name);
  if (!text) return std::nullopt;
  const auto parsed = parse_number(*text);
  if (parsed && *parsed >= least && *parsed <= most) return parsed;
  throw usage_error{"--" + std::string{name} + ": \"" + *text + "\" is not a number from " +
                    std::to_string(least) + " to " + std::to_string(most)};
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || at != end) return std::nullopt;
  return value;
}

std::optional<std::string_view> nearest(std::string_view text, std::span<const std::string_view> known) {
  std::optional<std::string_view> best;
  std::size_t best_distance = text.size() / 2 + 1;
  for (const auto candidate : known) {
    // Levenshtein's distance, row by row.
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < text.size(); ++i) {
      auto diagonal = std::exchange(row[0], i + 1);
      for (std::size_t j = 0; j < candidate.size(); ++j) {
        const auto replaced = diagonal + (text[i] == candidate[j] ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace kwire::cli
