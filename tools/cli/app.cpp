#include "app.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

#include "commands.hpp"
#include "session.hpp"
#include "texts.hpp"
#include "version.hpp"

namespace kwire::cli {
namespace {

constexpr int wrong_usage = 2;

const command_spec* all[] = {
    &produce_command,      &consume_command,         &metadata_command,      &query_command,
    &topics_list_command,  &topics_create_command,   &topics_delete_command, &topics_describe_command,
    &groups_list_command,  &groups_describe_command, &perf_produce_command,  &perf_consume_command,
    &perf_latency_command, &decode_command,          &protocol_command,      &raw_command,
    &broker_command,       &completion_command,      &man_command,
};

void print(std::string_view text, std::FILE* to) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

int refuse(const std::string& why, const std::string& help) {
  print("kwire: " + why + "\ntry: " + help + "\n", stderr);
  return wrong_usage;
}

/// The command that the first one or two words name; takes them off.
const command_spec* find_command(std::span<const std::string>& words) {
  const auto named = [](const std::string& name) {
    return std::ranges::find_if(commands(), [&](const command_spec& c) { return c.name == name; });
  };
  for (const std::size_t length : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() < length) continue;
    const auto found = named(length == 2 ? words[0] + " " + words[1] : words[0]);
    if (found == commands().end()) continue;
    words = words.subspan(length);
    return &*found;
  }
  return nullptr;
}

/// The first word may be the name of a family of commands ("topics").
bool is_family(std::string_view word) {
  return std::ranges::any_of(commands(), [&](const command_spec& c) {
    return c.name.size() > word.size() && c.name.starts_with(word) && c.name[word.size()] == ' ';
  });
}

int no_command(std::span<const std::string> words) {
  if (words.empty()) {
    print(overview(), stderr);
    return wrong_usage;
  }
  const auto& first = words.front();
  if (is_family(first)) {
    const bool asked = words.size() == 2 && (words[1] == "--help" || words[1] == "-h" || words[1] == "help");
    if (!asked && words.size() > 1)
      print("kwire: unknown command \"" + first + " " + words[1] + "\"\n", stderr);
    print(overview(first), asked ? stdout : stderr);
    return asked ? 0 : wrong_usage;
  }
  std::vector<std::string_view> known;
  for (const auto& c : commands()) known.push_back(c.name.substr(0, c.name.find(' ')));
  const auto close = nearest(first, known);
  return refuse(
      "unknown command \"" + first + "\"" + (close ? "; did you mean \"" + std::string{*close} + "\"?" : ""),
      "kwire --help");
}

int help(std::span<const std::string> words) {
  if (words.empty()) {
    print(overview(), stdout);
    return 0;
  }
  if (words.size() == 1 && is_family(words.front())) {
    print(overview(words.front()), stdout);
    return 0;
  }
  if (const auto* command = find_command(words)) {
    print(usage(*command), stdout);
    return 0;
  }
  return no_command(words);
}

int run_command(const command_spec& command, std::span<const std::string> words) {
  const auto help_line = "kwire " + std::string{command.name} + " --help";
  try {
    auto args = parse(command, words);
    if (args.has("help")) {
      print(usage(command), stdout);
      return 0;
    }
    session here{command, std::move(args)};
    auto status = command.run(here);
    here.out().flush();
    if (!here.out().failure().empty()) {
      here.complain("writing to standard output: " + here.out().failure());
      status = 1;
    }
    return status;
  } catch (const usage_error& wrong) {
    return refuse(wrong.what(), help_line);
  } catch (const config_error& wrong) {
    std::string faults;
    for (const auto& fault : wrong.faults()) faults += "kwire: " + fault + "\n";
    print(faults, stderr);
    return wrong_usage;
  } catch (const std::exception& failed) {
    print("kwire: " + std::string{failed.what()} + "\n", stderr);
    return 1;
  }
}

}  // namespace

std::span<const command_spec> commands() noexcept {
  static const auto table = [] {
    std::vector<command_spec> copies;
    for (const auto* command : all) copies.push_back(*command);
    return copies;
  }();
  return table;
}

int run(std::span<const std::string> words) {
  if (!words.empty()) {
    const auto& first = words.front();
    if (first == "--version" || first == "-V" || first == "version") {
      print(versions(), stdout);
      return 0;
    }
    if (first == "--help" || first == "-h" || first == "help") return help(words.subspan(1));
  }
  if (const auto* command = find_command(words)) return run_command(*command, words);
  return no_command(words);
}

}  // namespace kwire::cli
