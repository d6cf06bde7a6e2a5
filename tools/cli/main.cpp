#include <string>
#include <vector>

#include "app.hpp"
#include "signals.hpp"

int main(int argc, char** argv) {
  kwire::cli::catch_signals();
  const std::vector<std::string> words{argv + (argc > 0 ? 1 : 0), argv + argc};
  return kwire::cli::run(words);
}
