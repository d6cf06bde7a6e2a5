#include <algorithm>
#include <map>

#include "commands.hpp"
#include "session.hpp"
#include "texts.hpp"

namespace kwire::cli {
namespace {

std::string option_words(const command_spec& command) {
  std::string words;
  const auto add = [&](std::span<const option_spec> options) {
    for (const auto& option : options) {
      if (option.letter != 0) words += std::string{" -"} + option.letter;
      words += " --" + std::string{option.name};
    }
  };
  add(command.options);
  add(common_options());
  return words.substr(1);
}

/// First words of commands and the second ones of each; empty where there is none.
std::map<std::string, std::string> families() {
  std::map<std::string, std::string> all;
  for (const auto& command : commands()) {
    const auto blank = command.name.find(' ');
    auto& members = all[std::string{command.name.substr(0, blank)}];
    if (blank != command.name.npos)
      members += (members.empty() ? "" : " ") + std::string{command.name.substr(blank + 1)};
  }
  return all;
}

std::string bash() {
  std::string firsts, seconds, options;
  for (const auto& [first, members] : families()) {
    firsts += (firsts.empty() ? "" : " ") + first;
    if (!members.empty()) seconds += "    " + first + ") words=\"" + members + "\" ;;\n";
  }
  for (const auto& command : commands()) {
    options += "    '" + std::string{command.name} + "') words=\"" + option_words(command) + "\" ;;\n";
  }
  return "# bash completion of kwire; use: source <(kwire completion bash)\n"
         "_kwire() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} words=\n"
         "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         firsts +
         " --help --version\" -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  if [ \"$COMP_CWORD\" = 2 ]; then\n"
         "    case $first in\n" +
         seconds +
         "    esac\n"
         "    if [ -n \"$words\" ]; then\n"
         "      COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "      return\n"
         "    fi\n"
         "  fi\n"
         "  local command=$first\n"
         "  case $first in " +
         [&] {
           std::string names;
           for (const auto& [first, members] : families()) {
             if (!members.empty()) names += (names.empty() ? "" : "|") + first;
           }
           return names;
         }() +
         ") command=\"$first ${COMP_WORDS[2]}\" ;; esac\n"
         "  case $command in\n" +
         options +
         "  esac\n"
         "  if [[ $current == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -- \"$current\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _kwire kwire\n";
}

/// Inside single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return safe + "'";
}

std::string zsh() {
  // zsh runs bash's completion functions; one table less to go wrong.
  return "#compdef kwire\n"
         "# zsh completion of kwire; use: source <(kwire completion zsh)\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash();
}

std::string fish() {
  std::string text = "# fish completion of kwire; use: kwire completion fish | source\n";
  std::string firsts;
  for (const auto& [first, members] : families()) firsts += ' ' + first;
  for (const auto& command : commands()) {
    const auto blank = command.name.find(' ');
    const std::string first{command.name.substr(0, blank)};
    auto condition = "__fish_seen_subcommand_from " + first;
    if (blank == command.name.npos) {
      text += "complete -c kwire -n '__fish_use_subcommand' -a " + first + " -d " + quoted(command.summary) +
              "\n";
    } else {
      const std::string second{command.name.substr(blank + 1)};
      text += "complete -c kwire -f -n '" + condition + "' -a " + second + " -d " + quoted(command.summary) +
              "\n";
      condition += "; and __fish_seen_subcommand_from " + second;
    }
    for (const auto& option : command.options) {
      text += "complete -c kwire -n '" + condition + "' -l " + std::string{option.name};
      if (option.letter != 0) text += std::string{" -s "} + option.letter;
      if (!option.argument.empty()) text += " -r";
      text += " -d " + quoted(option.help) + "\n";
    }
  }
  for (const auto& [first, members] : families()) {
    if (!members.empty()) text += "complete -c kwire -n '__fish_use_subcommand' -a " + first + "\n";
  }
  for (const auto& option : common_options()) {
    text += "complete -c kwire -l " + std::string{option.name} + " -s " + option.letter;
    if (!option.argument.empty()) text += " -r";
    text += " -d " + quoted(option.help) + "\n";
  }
  return text;
}

int run_completion(session& here) {
  const auto& shell = here.args().operands().front();
  const auto text = completion(shell);
  if (text.empty()) throw usage_error{"no completion for \"" + shell + "\"; there are bash, zsh and fish"};
  here.out().write(text);
  return 0;
}

}  // namespace

std::string completion(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  return {};
}

const command_spec completion_command{"completion",
                                      "bash|zsh|fish",
                                      "print a completion script for a shell",
                                      "To try it in bash: source <(kwire completion bash)",
                                      {},
                                      run_completion,
                                      1,
                                      1};

}  // namespace kwire::cli
