#include <kwire/client/config_keys.hpp>
#include <kwire/protocol/version.hpp>

#include "commands.hpp"
#include "session.hpp"
#include "texts.hpp"

namespace kwire::cli {
namespace {

/// Text that troff prints as it is.
std::string literal(std::string_view text) {
  std::string safe;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) safe += "\\&";
    if (c == '\\') {
      safe += "\\e";
    } else if (c == '-') {
      safe += "\\-";
    } else {
      safe += c;
    }
    line_begins = c == '\n';
  }
  return safe;
}

std::string option_entries(std::span<const option_spec> options) {
  std::string text;
  for (const auto& option : options) {
    text += ".TP\n";
    if (option.letter != 0) text += "\\fB\\-" + literal(std::string_view{&option.letter, 1}) + "\\fR, ";
    text += "\\fB\\-\\-" + literal(option.name) + "\\fR";
    if (!option.argument.empty()) text += " \\fI" + literal(option.argument) + "\\fR";
    text += "\n" + literal(option.help) + "\n";
  }
  return text;
}

std::string key_entries(std::string_view title, config_role role) {
  std::string text = ".SS " + std::string{title} + "\n";
  for (const auto& key : config_keys(role)) {
    text += ".TP\n\\fB" + literal(key.name) + "\\fR";
    if (!key.aliases.empty()) text += " (" + literal(key.aliases) + ")";
    text += "\n" + literal(key.doc);
    text += key.fallback.empty() ? "\n" : " Default: " + literal(key.fallback) + ".\n";
  }
  return text;
}

int run_man(session& here) {
  here.out().write(manual());
  return 0;
}

}  // namespace

std::string manual() {
  std::string text = ".TH KWIRE 1 \"\" \"kwire " + std::string{library_version} + "\" \"User Commands\"\n";
  text += ".SH NAME\nkwire \\- produce, consume and look after Apache Kafka from the command line\n";
  text += ".SH SYNOPSIS\n.B kwire\n\\fICOMMAND\\fR [\\fIOPTION\\fR...] ...\n";
  text += ".SH OPTIONS OF ALL COMMANDS\n" + option_entries(common_options());
  text += ".SH COMMANDS\n";
  for (const auto& command : commands()) {
    text += ".SS kwire " + literal(command.name) + " [OPTION...] " + literal(command.operands) + "\n";
    text += literal(command.summary) + ".\n";
    if (!command.details.empty()) text += ".PP\n" + literal(command.details) + "\n";
    text += option_entries(command.options);
  }
  text += ".SH PROPERTIES\nFor \\-X and \\-F.\n";
  text += key_entries("of every command", config_role::client);
  text += key_entries("of producers", config_role::producer);
  text += key_entries("of consumers", config_role::consumer);
  text += key_entries("of admin commands", config_role::admin);
  text += ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage.\n";
  text += ".SH ENVIRONMENT\n.TP\n.B KWIRE_BROKERS\nbrokers to start from when \\-b is not given\n";
  return text;
}

const command_spec man_command{
    "man", "", "print the manual page", "To read it: kwire man | man -l -", {}, run_man, 0, 0};

}  // namespace kwire::cli
