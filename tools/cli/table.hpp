#pragma once

#include <string>
#include <vector>

namespace kwire::cli {

/// Rows under headings, in columns as wide as their widest cell, a blank between, none behind the last.
class table {
 public:
  explicit table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }

  /// Missing cells are empty.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const noexcept { return rows_.size() == 1; }
  std::string print() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace kwire::cli
