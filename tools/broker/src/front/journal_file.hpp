#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/broker_core.hpp"
#include "core/journal_format.hpp"

namespace kwire::embedded {

/// Writes a core's journal into files, on a thread of its own. Whoever drives the core collects with `submit`
/// what it has told, and may answer once `done` has reached the number that gave: the entries are then in
/// the operating system's hands or, with `sync`, on the disk. What is submitted while the thread is busy
/// goes out in one write.
class journal_file : public journal {
 public:
  struct options {
    std::filesystem::path directory;
    std::uint64_t first_number = 1;  ///< of the first file
    bool sync = false;
    std::size_t least_growth = 64 * 1024 * 1024;  ///< octets between two snapshots, at least
    std::function<void()> on_progress{};          ///< on the writer's thread
  };

  explicit journal_file(options how);
  ~journal_file() override { close(); }

  /// All of these under the lock that protects the core.
  void append(bytes head, shared_slice body) override;
  std::uint64_t submit(broker_core& core);

  // From any thread.
  std::uint64_t done() const noexcept { return done_.load(std::memory_order_acquire); }
  /// More is waiting to be written than should.
  bool is_congested() const noexcept { return waiting_.load(std::memory_order_relaxed) > most_waiting; }
  /// Why nothing can be written any more; empty while all is well.
  std::string failure() const;
  /// Waits until everything submitted is written.
  void flush();
  /// Likewise, and ends.
  void close();

 private:
  static constexpr std::size_t most_waiting = 64 * 1024 * 1024;

  struct item {
    bytes head;
    shared_slice body;
  };
  struct portion {
    std::uint64_t number = 0;
    bool snapshot = false;
    std::vector<item> items;
  };
  struct collector;

  void run();
  void write(portion& what);
  void write_snapshot(portion& what);
  void write_items(int to, const std::vector<item>& items);
  void open_next();
  [[noreturn]] void fail(const std::string& doing) const;

  options how_;
  std::vector<item> collected_;
  std::uint64_t submitted_ = 0;
  std::size_t written_since_ = 0;  ///< since the last snapshot
  std::size_t snapshot_size_ = 0;

  mutable std::mutex guard_;
  std::condition_variable work_;
  std::condition_variable rest_;
  std::vector<portion> queue_;
  std::string failure_;
  bool closing_ = false;
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::size_t> waiting_{0};

  // Of the writer's thread.
  int file_ = -1;
  std::uint64_t next_number_;
  std::thread thread_;
};

/// `journal-0000000001` and so on; `snapshot-...` likewise.
std::string file_name(std::string_view kind, std::uint64_t number);

}  // namespace kwire::embedded
