#include "peers/transaction_judge.hpp"

#include <cstdio>

#include "producer_app.hpp"

namespace kwire::sim {
namespace {

std::string name(std::uint32_t which) { return "transaction " + std::to_string(which); }
std::string name(const record_key& key) {
  return "record " + std::to_string(key.producer) + ":" + std::to_string(key.number);
}
std::string name(const transaction_judge::place& where, std::int64_t offset) {
  return where.first + "/" + std::to_string(where.second) + "@" + std::to_string(offset);
}

}  // namespace

std::string make_value(const transactional_value& what) {
  char text[16];
  std::snprintf(text, sizeof text, ":%07u", what.transaction);
  return make_value(what.key, 0) + text;
}

std::optional<transactional_value> read_transactional(std::optional<bytes_view> value) {
  const auto key = read_value(value);
  if (!key || value->size() != 21) return std::nullopt;
  transactional_value what{*key, 0};
  for (const auto c : as_text(*value).substr(14)) {
    what.transaction = what.transaction * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return what;
}

void transaction_judge::acknowledged(std::uint32_t which, const record_key& key, const place& where,
                                     std::int64_t offset) {
  all_.at(which - 1).acknowledged[key] = {where, offset};
}

void transaction_judge::offsets(std::uint32_t which, const std::map<std::int32_t, std::int64_t>& offsets) {
  for (const auto& entry : offsets) offered_[entry].push_back(which);
}

void transaction_judge::ends(std::uint32_t which, bool commit) {
  auto& one = all_.at(which - 1);
  if (!one.asked) one.asked = commit;
}

void transaction_judge::ended(std::uint32_t which, std::optional<bool> committed) {
  auto& one = all_.at(which - 1);
  one.over = true;
  one.told = committed;
}

void transaction_judge::read(std::uint32_t reader, bool committed, const place& where, std::int64_t offset,
                             const transactional_value& what) {
  auto& at = readings_[{reader, where}];
  at.committed = committed;
  if (!at.seen.empty() && offset <= at.seen.back().first) {
    truth_.broken('M',
                  "a reader gets " + name(where, offset) + " after " + std::to_string(at.seen.back().first));
  }
  at.seen.emplace_back(offset, what.key);
  if (what.transaction == 0 || what.transaction > all_.size())
    return broken(name(what.key) + " is of no transaction");
  const auto& of = all_[what.transaction - 1];
  if (committed && of.asked != true) {
    broken("a reader of committed records gets " + name(what.key) + " from " + name(where, offset) +
           ", and " + name(what.transaction) + (of.asked ? " was aborted" : " is open"));
  }
}

void transaction_judge::applied(std::int32_t partition, std::int64_t offset) {
  auto& before = applied_[partition];
  if (before == offset) return;
  if (offset < before) {
    truth_.broken('M', "the offset of partition " + std::to_string(partition) + " goes back from " +
                           std::to_string(before) + " to " + std::to_string(offset));
  }
  before = offset;
  for (const auto which : offered_[{partition, offset}]) {
    if (all_[which - 1].asked == true) return;
  }
  broken("offset " + std::to_string(offset) + " of partition " + std::to_string(partition) +
         " counts, and no transaction that was to be committed has it");
}

void transaction_judge::check_log(const place& where, const std::vector<line>& log) {
  std::vector<std::pair<std::int64_t, record_key>> visible[2];  // to who reads everything, and committed
  for (const auto& one : log) {
    const auto which = one.what.transaction;
    if (which == 0 || which > all_.size()) return broken(name(one.what.key) + " is of no transaction");
    if (!one.committed) return broken(name(which) + " is open for good in " + name(where, one.offset));
    auto& of = all_[which - 1];
    ++of.in_log[*one.committed ? 1 : 0];
    visible[0].emplace_back(one.offset, one.what.key);
    const auto [first, fresh] = found_.try_emplace({which, one.what.key}, where, one.offset);
    if (!fresh) {
      truth_.broken('D', name(one.what.key) + " of " + name(which) + " is at " +
                             name(first->second.first, first->second.second) + " and " +
                             name(where, one.offset));
    }
    if (!*one.committed) continue;
    visible[1].emplace_back(one.offset, one.what.key);
    if (++times_[{where.first, one.what.key}] > 1) {
      broken(name(one.what.key) + " is committed twice in " + where.first);
    }
  }
  for (const auto& [key, one] : readings_) {
    if (key.second != where) continue;
    const auto& expected = visible[one.committed ? 1 : 0];
    if (one.seen == expected) continue;
    broken("reader " + std::to_string(key.first) + " of " + name(where, 0) + " was given " +
           std::to_string(one.seen.size()) + " records, not the " + std::to_string(expected.size()) +
           (one.committed ? " committed" : "") + " ones of the log");
  }
}

void transaction_judge::check_end(const std::string& source, const std::string& copies) {
  for (std::uint32_t which = 1; which <= all_.size(); ++which) {
    const auto& one = all_[which - 1];
    const auto aborted = one.in_log[0], committed = one.in_log[1];
    if (aborted > 0 && committed > 0) {
      return broken(name(which) + " is torn: " + std::to_string(committed) + " records are committed, " +
                    std::to_string(aborted) + " are not");
    }
    if (committed > 0 && one.asked != true) return broken(name(which) + " is committed unasked");
    if (committed > 0 && one.over && one.told == false) {
      return broken(name(which) + " was told to be aborted and is committed");
    }
    if (one.told != true) continue;
    for (const auto& [key, where] : one.acknowledged) {
      const auto found = found_.find({which, key});
      if (found == found_.end() || committed == 0) {
        return broken(name(which) + " is committed, and " + name(key) + " is not in the log");
      }
      if (found->second != std::pair{where.where, where.offset}) {
        truth_.broken('A', name(key) + " was acknowledged at " + name(where.where, where.offset) +
                               " and is at " + name(found->second.first, found->second.second));
      }
    }
  }
  for (const auto& [of, count] : times_) {
    const auto& other = of.first == source ? copies : source;
    if (!times_.contains({other, of.second})) {
      return broken(name(of.second) + " is committed in " + of.first + " and not in " + other);
    }
  }
}

std::size_t transaction_judge::committed() const {
  std::size_t count = 0;
  for (const auto& one : all_) count += one.told == true ? 1 : 0;
  return count;
}

}  // namespace kwire::sim
