// Runs a target over files and folders of inputs; what libFuzzer's main() does with files, for any compiler.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/target.hpp"

namespace {

namespace fs = std::filesystem;

/// Hidden files and README pages are no inputs.
bool is_input(const fs::path& file) {
  return fs::is_regular_file(file) && file.filename().string()[0] != '.';
}

std::vector<fs::path> inputs_of(int count, char** arguments) {
  std::vector<fs::path> files;
  for (int i = 1; i < count; ++i) {
    if (!fs::is_directory(arguments[i])) {
      if (fs::exists(arguments[i])) files.emplace_back(arguments[i]);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(arguments[i])) {
      if (is_input(entry.path())) files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

void run(const std::vector<char>& content) {
  // A block of exactly that size, so that AddressSanitizer sees the first octet read behind it.
  const std::vector<std::uint8_t> exact(content.begin(), content.end());
  (void)LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int count, char** arguments) {
  const auto started = std::chrono::steady_clock::now();
  run({});  // every target must take an empty input
  const auto files = inputs_of(count, arguments);
  for (const auto& file : files) {
    std::ifstream in{file, std::ios::binary};
    if (!in) {
      std::fprintf(stderr, "cannot read %s\n", file.c_str());
      return 1;
    }
    // Told before it runs, so that a crash names its input.
    if (count > 1 && std::getenv("KWIRE_FUZZ_VERBOSE") != nullptr) std::fprintf(stderr, "%s\n", file.c_str());
    const std::vector<char> content{std::istreambuf_iterator<char>{in}, {}};
    try {
      run(content);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s: uncaught exception: %s\n", file.c_str(), e.what());
      return 1;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("%zu inputs in %.1f s\n", files.size() + 1, took.count());
  return 0;
}
