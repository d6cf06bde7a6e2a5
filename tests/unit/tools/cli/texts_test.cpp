// Tests: app.cpp, completion.cpp, manual.cpp, version.cpp
#include "texts.hpp"

#include <doctest/doctest.h>

#include <set>

#include "app.hpp"
#include "commands.hpp"
#include "version.hpp"

using namespace kwire::cli;

TEST_CASE("no two options of a command share a letter or a name") {
  for (const auto& command : commands()) {
    CAPTURE(command.name);
    std::set<char> letters;
    std::set<std::string_view> names;
    const auto add = [&](const option_spec& option) {
      CAPTURE(option.name);
      CHECK_FALSE(option.name.empty());
      CHECK_FALSE(option.help.empty());
      CHECK(names.insert(option.name).second);
      if (option.letter != 0) CHECK(letters.insert(option.letter).second);
    };
    for (const auto& option : command.options) add(option);
    for (const auto& option : common_options()) {
      // `broker --brokers COUNT`: a cluster is what this command makes, not where it begins.
      if (command.name != "broker" || option.name != "brokers") add(option);
    }
    const bool runs = command.run != nullptr;
    CHECK(runs);
  }
}

TEST_CASE("texts name every command and option") {
  const auto all = overview();
  const auto page = manual();
  for (const auto& command : commands()) {
    CAPTURE(command.name);
    CHECK(all.find(command.name) != all.npos);
    const auto text = usage(command);
    for (const auto& option : command.options) CHECK(text.find("--" + std::string{option.name}) != text.npos);
    CHECK(page.find("kwire " + std::string{command.name}) != page.npos);
  }
  CHECK(overview("topics").find("topics create") != std::string::npos);
  CHECK(overview("topics").find("produce") == std::string::npos);
  CHECK(page.find("linger.ms") != page.npos);
}

TEST_CASE("completion for three shells") {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion(shell);
    CHECK(script.find("perf") != script.npos);
    CHECK(script.find("exit") != script.npos);
  }
  CHECK(completion("tcsh").empty());
}

TEST_CASE("versions of kwire and its libraries") {
  const auto text = versions();
  for (const auto* name : {"kwire ", "zstd ", "lz4 ", "snappy ", "zlib ", "OpenSSL ", "Boost "}) {
    CAPTURE(name);
    CHECK(text.find(name) != text.npos);
  }
}

TEST_CASE("exit status of wrong usage is 2") {
  const auto status = [](std::vector<std::string> words) { return run(words); };
  CHECK(status({}) == 2);
  CHECK(status({"nonsense"}) == 2);
  CHECK(status({"topics"}) == 2);
  CHECK(status({"topics", "nonsense"}) == 2);
  CHECK(status({"produce"}) == 2);
  CHECK(status({"produce", "-t", "x", "--nonsense"}) == 2);
  CHECK(status({"topics", "list", "-X", "nonsense=1"}) == 2);
  CHECK(status({"consume", "-t", "x", "-o", "nonsense"}) == 2);
}
