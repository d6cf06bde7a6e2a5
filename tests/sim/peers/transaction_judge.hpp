#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "judge.hpp"

namespace kwire::sim {

/// What a record of a transaction holds: its key (a copy has that of the record it copies) and the number of
/// the transaction that wrote it.
struct transactional_value {
  record_key key;
  std::uint32_t transaction = 0;
};
std::string make_value(const transactional_value& what);
std::optional<transactional_value> read_transactional(std::optional<bytes_view> value);

/// The history of transactions, and promise X: all or nothing, in every partition and for the offsets;
/// nothing of what was aborted is seen by who reads committed records; copies of committed records exist
/// exactly once.
class transaction_judge {
 public:
  using place = std::pair<std::string, std::int32_t>;

  explicit transaction_judge(judge& truth) : truth_(truth) {}

  std::uint32_t begin() { return static_cast<std::uint32_t>((all_.emplace_back(), all_.size())); }
  void acknowledged(std::uint32_t which, const record_key& key, const place& where, std::int64_t offset);
  void offsets(std::uint32_t which, const std::map<std::int32_t, std::int64_t>& offsets);
  /// EndTxn is about to be asked for.
  void ends(std::uint32_t which, bool commit);
  /// What the application was told; null: it will never know.
  void ended(std::uint32_t which, std::optional<bool> committed);

  /// A record was handed to a reader: the same reader and partition go on from there.
  void read(std::uint32_t reader, bool committed, const place& where, std::int64_t offset,
            const transactional_value& what);
  /// The group's offset of a partition is another now.
  void applied(std::int32_t partition, std::int64_t offset);

  /// The logs as they are at the end, when every transaction is over.
  struct line {
    std::int64_t offset = 0;
    transactional_value what;
    std::optional<bool> committed;  ///< nothing: no marker ends it
  };
  void check_log(const place& where, const std::vector<line>& log);
  void check_end(const std::string& source, const std::string& copies);

  std::size_t committed() const;
  std::size_t transactions() const noexcept { return all_.size(); }

 private:
  struct written {
    place where;
    std::int64_t offset = -1;
  };
  struct history {
    std::map<record_key, written> acknowledged{};
    std::optional<bool> asked{};
    bool over = false;
    std::optional<bool> told{};
    std::size_t in_log[2] = {0, 0};  ///< records aborted and committed
  };
  struct reading {
    bool committed = false;
    std::vector<std::pair<std::int64_t, record_key>> seen;
  };

  void broken(const std::string& what) { truth_.broken('X', what); }

  judge& truth_;
  std::vector<history> all_;
  std::map<std::pair<std::uint32_t, place>, reading> readings_;
  std::map<std::pair<std::int32_t, std::int64_t>, std::vector<std::uint32_t>> offered_;
  std::map<std::int32_t, std::int64_t> applied_;
  std::map<std::pair<std::string, record_key>, std::size_t> times_;  ///< committed, of each topic
  std::map<std::pair<std::uint32_t, record_key>, std::pair<place, std::int64_t>> found_;
};

}  // namespace kwire::sim
