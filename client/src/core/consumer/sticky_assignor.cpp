#include <algorithm>
#include <kwire/protocol/wire/reader.hpp>
#include <kwire/protocol/wire/writer.hpp>
#include <limits>
#include <set>

#include "core/consumer/assignors.hpp"

namespace kwire::core {
namespace {

constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

/// Members and partitions by number, so that large groups cost no string comparisons.
class balancer {
 public:
  balancer(const std::vector<group_subscription>& members, const std::map<std::string, std::int32_t>& counts)
      : order_(in_java_order(members)), load_(order_.size(), 0) {
    std::map<std::string, std::vector<std::size_t>> readers;
    for (std::size_t m = 0; m < order_.size(); ++m) {
      for (const auto& name : std::set<std::string>{order_[m]->topics.begin(), order_[m]->topics.end()}) {
        readers[name].push_back(m);
      }
    }
    for (auto& [name, list] : readers) {
      const auto found = counts.find(name);
      if (found == counts.end()) continue;
      readers_.push_back(std::move(list));
      for (std::int32_t n = 0; n < found->second; ++n) {
        partitions_.push_back({{name, partition_id{n}}, readers_.size() - 1, nobody, nobody});
      }
    }
  }

  /// Leaves partitions where they are. Of two members that claim one, the later generation is right; of the
  /// same generation neither is.
  void keep_owners() {
    std::vector<std::pair<generation_id, bool>> claims(partitions_.size(), {no_generation, false});
    for (std::size_t m = 0; m < order_.size(); ++m) {
      for (const auto& where : order_[m]->owned) {
        const auto found = std::ranges::lower_bound(partitions_, where, {}, &entry::where);
        if (found == partitions_.end() || found->where != where || !reads(m, *found)) continue;
        auto& [generation, doubled] = claims[static_cast<std::size_t>(found - partitions_.begin())];
        if (found->before != nobody && found->before != m && generation == order_[m]->generation)
          doubled = true;
        if (found->before == nobody || order_[m]->generation > generation) {
          found->before = m;
          generation = order_[m]->generation;
          doubled = false;
        }
      }
    }
    for (std::size_t i = 0; i < partitions_.size(); ++i) {
      if (claims[i].second) partitions_[i].before = nobody;
      if (partitions_[i].before != nobody) give(partitions_[i], partitions_[i].before);
    }
  }

  void balance() {
    std::vector<entry*> homeless;
    for (auto& p : partitions_) {
      if (p.owner == nobody) homeless.push_back(&p);
    }
    // Those with the least choice first.
    std::ranges::stable_sort(homeless, {}, [&](const entry* p) { return readers_[p->topic].size(); });
    for (auto* p : homeless) give(*p, least_loaded(*p));
    // Each move makes the loads of two members more alike, so this ends; the bound is for safety's sake.
    for (std::size_t round = 0; round < partitions_.size() + 1; ++round) {
      bool moved = false;
      for (auto& p : partitions_) {
        const auto target = least_loaded(p);
        if (load_[target] + 1 >= load_[p.owner]) continue;
        --load_[p.owner];
        give(p, target);
        moved = true;
      }
      if (!moved) break;
    }
  }

  group_assignment result(bool withhold_moving) const {
    group_assignment out;
    for (const auto* member : order_) out[member->member_id];
    for (const auto& p : partitions_) {
      if (withhold_moving && p.before != nobody && p.before != p.owner) continue;
      out[order_[p.owner]->member_id].push_back(p.where);
    }
    return out;
  }

 private:
  struct entry {
    topic_partition where;
    std::size_t topic;
    std::size_t before;
    std::size_t owner;
  };

  bool reads(std::size_t member, const entry& p) const {
    return std::ranges::binary_search(readers_[p.topic], member);
  }
  std::size_t least_loaded(const entry& p) const {
    return *std::ranges::min_element(readers_[p.topic], {}, [&](std::size_t m) { return load_[m]; });
  }
  void give(entry& p, std::size_t member) {
    p.owner = member;
    ++load_[member];
  }

  std::vector<const group_subscription*> order_;
  std::vector<std::size_t> load_;
  std::vector<std::vector<std::size_t>> readers_;  // by topic
  std::vector<entry> partitions_;                  // sorted
};

}  // namespace

group_assignment sticky_assignor::assign(const std::vector<group_subscription>& members,
                                         const std::map<std::string, std::int32_t>& partitions) const {
  balancer work{members, partitions};
  work.keep_owners();
  work.balance();
  return work.result(cooperative_);
}

/// Java's: the generation alone (cooperative), or the partitions of before and their generation.
std::optional<bytes> sticky_assignor::user_data(const std::vector<topic_partition>& had,
                                                generation_id generation) const {
  protocol::writer out;
  if (!cooperative_) {
    std::map<std::string, std::vector<partition_id>> topics;
    for (const auto& where : had) topics[where.topic].push_back(where.partition);
    out.fixed(static_cast<std::int32_t>(topics.size()));
    for (const auto& [name, numbers] : topics) {
      out.fixed(static_cast<std::int16_t>(name.size()));
      out.raw(as_bytes(name));
      out.fixed(static_cast<std::int32_t>(numbers.size()));
      for (const auto number : numbers) out.fixed(raw(number));
    }
  }
  out.fixed(raw(generation));
  return out.buffer();
}

void sticky_assignor::read_user_data(bytes_view data, group_subscription& into) const {
  protocol::reader in{data};
  if (cooperative_) {
    const auto generation = generation_id{in.fixed<std::int32_t>()};
    if (in.ok() && into.generation == no_generation) into.generation = generation;
    return;
  }
  std::vector<topic_partition> had;
  // Every count is paid for by octets: reading stops where they end.
  const auto topics = in.fixed<std::int32_t>();
  for (std::int32_t t = 0; t < topics && in.ok(); ++t) {
    const auto length = in.fixed<std::int16_t>();
    const std::string name{as_text(in.take(static_cast<std::size_t>(std::max<std::int16_t>(length, 0))))};
    const auto count = in.fixed<std::int32_t>();
    for (std::int32_t n = 0; n < count && in.ok(); ++n) {
      const auto number = in.fixed<std::int32_t>();
      if (in.ok()) had.emplace_back(name, partition_id{number});
    }
  }
  if (!in.ok()) return;
  into.owned = std::move(had);
  const auto generation = generation_id{in.fixed<std::int32_t>()};
  into.generation = in.ok() ? generation : no_generation;
}

}  // namespace kwire::core
