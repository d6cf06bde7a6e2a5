#include "front/journal_file.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kwire::embedded {
namespace {

constexpr std::size_t largest_file = 256 * 1024 * 1024;

iovec piece_of(bytes_view octets) { return {const_cast<std::byte*>(octets.data()), octets.size()}; }

/// Gives all of it to the system, however much that takes at a time.
bool write_all(int to, std::vector<iovec>& pieces) {
  constexpr std::size_t most = 1024;  // IOV_MAX
  for (std::size_t from = 0; from < pieces.size();) {
    const auto count = std::min(most, pieces.size() - from);
    const auto written = ::writev(to, pieces.data() + from, static_cast<int>(count));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    auto left = static_cast<std::size_t>(written);
    while (from < pieces.size() && left >= pieces[from].iov_len) left -= pieces[from++].iov_len;
    if (left == 0) continue;
    pieces[from].iov_base = static_cast<std::byte*>(pieces[from].iov_base) + left;
    pieces[from].iov_len -= left;
  }
  return true;
}

void sync_directory(const std::filesystem::path& which) {
  const int opened = ::open(which.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;
  (void)::fsync(opened);
  (void)::close(opened);
}

}  // namespace

std::string file_name(std::string_view kind, std::uint64_t number) {
  auto digits = std::to_string(number);
  return std::string{kind} + "-" + std::string(10 - std::min<std::size_t>(digits.size(), 10), '0') + digits;
}

/// Takes a snapshot of the core apart for the writer.
struct journal_file::collector : journal {
  void append(bytes head, shared_slice body) override { items.push_back({std::move(head), std::move(body)}); }
  std::vector<item> items;
};

journal_file::journal_file(options how) : how_(std::move(how)), next_number_(how_.first_number) {
  open_next();
  thread_ = std::thread{[this] { run(); }};
}

void journal_file::append(bytes head, shared_slice body) {
  const auto size = entry_head_size + head.size() + body.content.size();
  waiting_.fetch_add(size, std::memory_order_relaxed);
  written_since_ += size;
  collected_.push_back({std::move(head), std::move(body)});
}

std::uint64_t journal_file::submit(broker_core& core) {
  if (collected_.empty()) return submitted_;
  portion made{++submitted_, false, std::exchange(collected_, {})};
  std::optional<portion> snapshot;
  if (written_since_ > how_.least_growth + snapshot_size_) {
    collector all;
    core.image(all);
    snapshot.emplace(portion{++submitted_, true, std::move(all.items)});
    written_since_ = snapshot_size_ = 0;
    for (const auto& one : snapshot->items) {
      snapshot_size_ += entry_head_size + one.head.size() + one.body.content.size();
    }
    waiting_.fetch_add(snapshot_size_, std::memory_order_relaxed);
  }
  {
    const std::lock_guard lock{guard_};
    queue_.push_back(std::move(made));
    if (snapshot) queue_.push_back(*std::move(snapshot));
  }
  work_.notify_one();
  return submitted_;
}

std::string journal_file::failure() const {
  const std::lock_guard lock{guard_};
  return failure_;
}

void journal_file::flush() {
  std::unique_lock lock{guard_};
  rest_.wait(lock, [this] { return (queue_.empty() && done_ == submitted_) || !failure_.empty(); });
}

void journal_file::close() {
  {
    const std::lock_guard lock{guard_};
    closing_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (file_ >= 0) (void)::close(std::exchange(file_, -1));
}

void journal_file::run() {
  for (;;) {
    std::vector<portion> taken;
    {
      std::unique_lock lock{guard_};
      work_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      taken.swap(queue_);
    }
    try {
      // One write, and one wait for the disk, for everything up to the next snapshot.
      for (std::size_t i = 0; i < taken.size(); ++i) {
        if (taken[i].snapshot) {
          write_snapshot(taken[i]);
          continue;
        }
        while (i + 1 < taken.size() && !taken[i + 1].snapshot) {
          auto& more = taken[i + 1].items;
          more.insert(more.begin(), std::make_move_iterator(taken[i].items.begin()),
                      std::make_move_iterator(taken[i].items.end()));
          ++i;
        }
        write(taken[i]);
      }
      done_.store(taken.back().number, std::memory_order_release);
    } catch (const std::runtime_error& error) {
      const std::lock_guard lock{guard_};
      failure_ = error.what();
    }
    {
      const std::lock_guard lock{guard_};  // or a wait that has just looked would miss it
    }
    rest_.notify_all();
    if (how_.on_progress) how_.on_progress();
    if (!failure().empty()) return;
  }
}

void journal_file::fail(const std::string& doing) const {
  throw std::runtime_error{how_.directory.string() + ": " + doing + ": " + std::strerror(errno)};
}

void journal_file::write_items(int to, const std::vector<item>& items) {
  std::vector<bytes> heads;
  heads.reserve(items.size());
  std::vector<iovec> pieces;
  pieces.reserve(items.size() * 3);
  std::size_t size = 0;
  for (const auto& one : items) {
    heads.push_back(entry_head(one.head, one.body.content));
    pieces.push_back(piece_of(heads.back()));
    pieces.push_back(piece_of(one.head));
    if (!one.body.content.empty()) pieces.push_back(piece_of(one.body.content));
    size += entry_head_size + one.head.size() + one.body.content.size();
  }
  if (!write_all(to, pieces)) fail("cannot write");
  waiting_.fetch_sub(size, std::memory_order_relaxed);
}

void journal_file::write(portion& what) {
  if (::lseek(file_, 0, SEEK_CUR) > static_cast<off_t>(largest_file)) open_next();
  write_items(file_, what.items);
  if (how_.sync && ::fdatasync(file_) != 0) fail("cannot write to the disk");
}

void journal_file::open_next() {
  if (file_ >= 0) {
    if (how_.sync) (void)::fdatasync(file_);
    (void)::close(std::exchange(file_, -1));
  }
  const auto path = how_.directory / file_name("journal", next_number_++);
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (file_ < 0) fail("cannot create " + path.filename().string());
  std::vector<iovec> magic{piece_of(as_bytes(journal_magic))};
  if (!write_all(file_, magic)) fail("cannot write");
  if (how_.sync) {
    (void)::fdatasync(file_);
    sync_directory(how_.directory);
  }
}

/// The snapshot gets its name only when all of it is on the disk; then, and not before, what it stands for
/// goes.
void journal_file::write_snapshot(portion& what) {
  const auto number = next_number_++;
  const auto path = how_.directory / file_name("snapshot", number);
  const auto unfinished = path.string() + ".tmp";
  const int to = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (to < 0) fail("cannot create a snapshot");
  std::vector<iovec> magic{piece_of(as_bytes(journal_magic))};
  const bool begun = write_all(to, magic);
  if (begun) write_items(to, what.items);
  const bool done = begun && ::fsync(to) == 0;
  (void)::close(to);
  if (!done || ::rename(unfinished.c_str(), path.c_str()) != 0) fail("cannot write a snapshot");
  sync_directory(how_.directory);
  open_next();
  std::error_code ignored;
  for (const auto& old : std::filesystem::directory_iterator{how_.directory, ignored}) {
    const auto name = old.path().filename().string();
    const bool ours = name.starts_with("journal-") || name.starts_with("snapshot-");
    if (ours && name.substr(name.find('-') + 1) < path.filename().string().substr(9)) {
      std::filesystem::remove(old.path(), ignored);
    }
  }
}

}  // namespace kwire::embedded
