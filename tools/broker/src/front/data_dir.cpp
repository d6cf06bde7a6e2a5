#include "front/data_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <stdexcept>

#include "core/journal_format.hpp"
#include "front/journal_file.hpp"

namespace kwire::embedded {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& where, const std::string& why) {
  throw std::runtime_error{where.string() + ": " + why};
}

std::string last_error() { return std::strerror(errno); }

/// A file's octets, as long as this lives.
class mapped_file {
 public:
  explicit mapped_file(const fs::path& path) {
    const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (opened < 0) refuse(path, "cannot be read: " + last_error());
    size_ = static_cast<std::size_t>(fs::file_size(path));
    if (size_ > 0) at_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, opened, 0);
    const auto why = last_error();
    (void)::close(opened);
    if (at_ == MAP_FAILED) refuse(path, "cannot be read: " + why);
  }
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;
  ~mapped_file() {
    if (size_ > 0) (void)::munmap(at_, size_);
  }
  bytes_view content() const noexcept { return {static_cast<const std::byte*>(at_), size_}; }

 private:
  void* at_ = nullptr;
  std::size_t size_ = 0;
};

std::optional<std::uint64_t> number_of(std::string_view name, std::string_view kind) {
  if (!name.starts_with(kind) || name.size() < kind.size() + 2) return std::nullopt;
  name.remove_prefix(kind.size() + 1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

}  // namespace

struct data_dir::files {
  std::optional<std::uint64_t> snapshot;       ///< the newest
  std::map<std::uint64_t, fs::path> journals;  ///< behind it
  std::vector<fs::path> superseded;
};

data_dir::data_dir(fs::path where) : where_(std::move(where)) {
  std::error_code error;
  fs::create_directories(where_, error);
  if (error) refuse(where_, "cannot be created: " + error.message());
  const auto path = where_ / "lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock_ < 0) refuse(where_, "cannot be written to: " + last_error());
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  (void)::close(lock_);
  refuse(where_, "another broker uses this directory; stop that one or choose another --data-dir");
}

data_dir::~data_dir() { (void)::close(lock_); }

data_dir::files data_dir::list() const {
  files found;
  std::map<std::uint64_t, fs::path> snapshots;
  for (const auto& one : fs::directory_iterator{where_}) {
    const auto name = one.path().filename().string();
    if (const auto journal = number_of(name, "journal")) found.journals[*journal] = one.path();
    if (const auto snapshot = number_of(name, "snapshot")) snapshots[*snapshot] = one.path();
    if (name.starts_with("snapshot-") && name.ends_with(".tmp")) found.superseded.push_back(one.path());
  }
  if (snapshots.empty()) return found;
  found.snapshot = snapshots.rbegin()->first;
  for (const auto& [number, path] : snapshots) {
    if (number < *found.snapshot) found.superseded.push_back(path);
  }
  while (!found.journals.empty() && found.journals.begin()->first < *found.snapshot) {
    found.superseded.push_back(found.journals.begin()->second);
    found.journals.erase(found.journals.begin());
  }
  return found;
}

void data_dir::read(const fs::path& file, bool last, recovery& into, instant now,
                    const std::function<void(const std::string&)>& tell) const {
  using end = journal_reader::end;
  std::size_t good = 0;
  std::size_t size = 0;
  {
    const mapped_file mapped{file};
    size = mapped.content().size();
    journal_reader in{mapped.content()};
    for (auto before = in.at();; before = in.at()) {
      const auto entry = in.next();
      if (!entry) break;
      if (const auto wrong = into.apply(*entry, now)) {
        refuse(file, "byte " + std::to_string(before) + ": " + *wrong +
                         "; restore the directory from a copy, or move it away to begin with nothing");
      }
    }
    good = in.at();
    if (in.how() == end::damaged || (in.how() == end::torn && !last)) {
      refuse(file, "damaged at byte " + std::to_string(good) + " of " + std::to_string(size) +
                       "; restore the directory from a copy, or cut the file there (truncate -s " +
                       std::to_string(good) +
                       ") and remove the files with higher numbers to lose what came later");
    }
    if (in.how() == end::whole) return;
  }
  std::error_code error;
  if (good < journal_magic.size()) {
    fs::remove(file, error);
  } else {
    fs::resize_file(file, good, error);
  }
  if (error) refuse(file, "cannot be cut: " + error.message());
  tell(file.string() + ": cut " + std::to_string(size - good) +
       " octets off the end, of an entry that was not written whole");
}

std::uint64_t data_dir::recover(recovery& into, instant now,
                                const std::function<void(const std::string&)>& tell) {
  const auto found = list();
  auto next = found.snapshot.value_or(0) + 1;
  if (found.snapshot) {
    read(where_ / file_name("snapshot", *found.snapshot), false, into, now, tell);
  }
  for (const auto& [number, path] : found.journals) {
    if (number != next) refuse(where_, file_name("journal", next) + " is missing");
    ++next;
    read(path, path == found.journals.rbegin()->second, into, now, tell);
  }
  if (!found.journals.empty() && !fs::exists(found.journals.rbegin()->second)) --next;
  std::error_code ignored;
  for (const auto& path : found.superseded) fs::remove(path, ignored);
  return next;
}

}  // namespace kwire::embedded
