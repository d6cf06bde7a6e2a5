// Input cut at a delimiter: the pieces and delimiters are the input again, however it arrives.
#include "record_splitter.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "support/check.hpp"
#include "support/input.hpp"
#include "support/target.hpp"

using namespace kwire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto length = in.below(4) + 1;
  const std::string delimiter{as_text(in.take(length))};
  if (delimiter.empty()) return 0;
  const auto content = as_text(in.rest());
  static const int file = memfd_create("splitter", 0);
  if (ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) != 0) return 0;
  if (write(file, content.data(), content.size()) != static_cast<ssize_t>(content.size())) return 0;
  lseek(file, 0, SEEK_SET);
  cli::record_splitter splitter{file, delimiter};
  std::string joined;
  bool first = true;
  while (const auto piece = splitter.next()) {
    fuzz::require(piece->find(delimiter) == std::string_view::npos, "no delimiter in a piece");
    if (!first) joined += delimiter;
    first = false;
    joined += *piece;
  }
  fuzz::require(splitter.failure().empty(), "a file can be read");
  fuzz::require(joined == content || (joined + delimiter) == content, "the pieces are the input");
  return 0;
}
