#include "texts.hpp"

#include <algorithm>

#include "commands.hpp"

namespace kwire::cli {
namespace {

constexpr std::size_t width = 88;

/// Breaks `text` into lines, each after `indent` blanks; the first goes on where the caller stands.
std::string wrap(std::string_view text, std::size_t indent) {
  std::string lines;
  std::size_t column = indent;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    const auto word = text.substr(0, end);
    if (column > indent && column + 1 + word.size() > width) {
      lines += '\n' + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) lines += ' ';
    lines += word;
    column += word.size() + 1;
    const bool line_ends = end < text.size() && text[end] == '\n';
    if (line_ends) {
      lines += '\n' + std::string(indent, ' ');
      column = indent;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines + '\n';
}

std::string shown(const option_spec& option) {
  std::string text = option.letter != 0 ? std::string{"-"} + option.letter + ", --" : "    --";
  text += option.name;
  if (!option.argument.empty()) text += ' ' + std::string{option.argument};
  return text;
}

/// Those of `hidden` are left out: a command's own option takes the place of a common one of its name.
std::string option_lines(std::span<const option_spec> options, std::span<const option_spec> hidden = {}) {
  constexpr std::size_t column = 32;
  std::string text;
  for (const auto& option : options) {
    if (std::ranges::find(hidden, option.name, &option_spec::name) != hidden.end()) continue;
    auto head = "  " + shown(option);
    head +=
        head.size() + 2 > column ? '\n' + std::string(column, ' ') : std::string(column - head.size(), ' ');
    text += head + wrap(option.help, column);
  }
  return text;
}

}  // namespace

std::string overview(std::string_view family) {
  std::string text = "usage: kwire " + std::string{family.empty() ? "COMMAND" : family} +
                     (family.empty() ? "" : " COMMAND") + " [OPTION...] ...\n\n";
  std::size_t widest = 0;
  for (const auto& command : commands()) widest = std::max(widest, command.name.size());
  for (const auto& command : commands()) {
    if (!family.empty() &&
        !(command.name.starts_with(family) && command.name.substr(family.size()).starts_with(' '))) {
      continue;
    }
    text += "  " + std::string{command.name} + std::string(widest + 2 - command.name.size(), ' ') +
            std::string{command.summary} + '\n';
  }
  if (!family.empty()) return text;
  text += "\nOptions of all commands:\n" + option_lines(common_options());
  text += "\nkwire COMMAND --help explains one; kwire --version shows versions.\n";
  text += "Exit status: 0 done, 1 failed, 2 wrong usage.\n";
  return text;
}

std::string usage(const command_spec& command) {
  std::string text = "usage: kwire " + std::string{command.name} + " [OPTION...]";
  if (!command.operands.empty()) text += ' ' + std::string{command.operands};
  text += "\n\n" + wrap(command.summary, 0);
  if (!command.details.empty()) text += '\n' + wrap(command.details, 0);
  if (!command.options.empty()) text += "\nOptions:\n" + option_lines(command.options);
  text += "\nCommon options:\n" + option_lines(common_options(), command.options);
  return text;
}

}  // namespace kwire::cli
