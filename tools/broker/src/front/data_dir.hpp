#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/recovery.hpp"

namespace kwire::embedded {

/// The directory in which a broker keeps what is to outlive it: `snapshot-N` (all there was at a time) and
/// `journal-N` (what has happened since, in the order of their numbers), in the form that
/// `core/journal_format.hpp` tells, and `lock`. All that is thrown is `std::runtime_error` with one line that
/// says where, what, and what to do.
class data_dir {
 public:
  /// Makes the directory if need be; no other broker may use it as long as this lives.
  explicit data_dir(std::filesystem::path where);
  data_dir(const data_dir&) = delete;
  data_dir& operator=(const data_dir&) = delete;
  ~data_dir();

  /// Applies what there is. An entry at the end that was not written whole is cut off, which `tell` hears of
  /// in a line. Returns the number that the next file gets.
  std::uint64_t recover(recovery& into, instant now, const std::function<void(const std::string&)>& tell);

  const std::filesystem::path& path() const noexcept { return where_; }

 private:
  struct files;

  files list() const;
  void read(const std::filesystem::path& file, bool last, recovery& into, instant now,
            const std::function<void(const std::string&)>& tell) const;

  std::filesystem::path where_;
  int lock_ = -1;
};

}  // namespace kwire::embedded
