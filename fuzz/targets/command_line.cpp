// Words of a command line: parsed, or refused with a reason.
#include "commands.hpp"
#include "offset_spec.hpp"
#include "produce_input.hpp"
#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"
#include "text.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto list = cli::commands();
  const auto& command = list[in.below(list.size())];
  const auto line = as_text(in.rest());
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= line.size() && words.size() < 64;) {
    const auto end = std::min(line.find('\n', at), line.size());
    words.emplace_back(line.substr(at, end - at));
    at = end + 1;
  }
  try {
    const auto args = cli::parse(command, words);
    const auto operands = args.operands().size();
    fuzz::require(args.has("help") || (operands >= command.fewest && operands <= command.most),
                  "as many operands as the command takes, unless help is asked for");
    for (const auto& text : args.operands()) (void)cli::parse_offset(text, timestamp{});
    const cli::produce_input made{args};
    for (const auto& word : words) {
      if (const auto parts = made.line(word); parts && parts->key && parts->value) {
        fuzz::require(parts->key->size() + parts->value->size() <= word.size() + 4096,
                      "parts come from the line");
      }
    }
  } catch (const cli::usage_error& e) {
    fuzz::require(std::string_view{e.what()}.size() > 0, "a refusal says why");
  }
  (void)cli::unescape(line);
  for (const auto& word : words) {
    try {
      (void)cli::parse_offset(word, timestamp{});
    } catch (const cli::usage_error&) {
    }
  }
  return 0;
}
