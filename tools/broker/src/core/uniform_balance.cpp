#include "core/uniform_balance.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kwire::embedded {

std::size_t load_balance::start(const std::vector<std::size_t>& members) {
  order_ = members;
  std::ranges::sort(order_, [&](std::size_t a, std::size_t b) {
    return std::pair{loads_[a], a} < std::pair{loads_[b], b};
  });
  takers_end_ = taker_ = 0;
  taker_level_ = load(0) - 1;
  givers_begin_ = givers_end_ = givers_left_ = order_.size();
  giver_level_ = load(order_.size() - 1) + 1;
  return loads_[order_.back()] - loads_[order_.front()];
}

std::size_t load_balance::next_taker() {
  if (taker_ >= takers_end_) {
    // Each of the range has got one: the level rises, and members that had as many all along come in.
    ++taker_level_;
    while (takers_end_ < order_.size() && load(takers_end_) == taker_level_) ++takers_end_;
    taker_ = 0;
  }
  return order_[taker_++];
}

std::optional<std::size_t> load_balance::next_giver() {
  if (givers_left_ <= givers_begin_) {
    if (givers_end_ <= givers_begin_ && givers_begin_ > 0) {
      giver_level_ = load(givers_begin_ - 1);  // all of the range were excluded: go on with the next lower
    } else {
      --giver_level_;
    }
    while (givers_begin_ > 0 && load(givers_begin_ - 1) == giver_level_) --givers_begin_;
    givers_left_ = givers_end_;
  }
  if (givers_left_ == 0) return std::nullopt;
  return order_[--givers_left_];
}

void load_balance::exclude_giver() {
  std::swap(order_[givers_left_], order_[givers_end_ - 1]);
  --givers_end_;
}

namespace {

constexpr int most_rounds = 16;  // each about halves what imbalance overlapping subscriptions leave
constexpr std::size_t nobody = static_cast<std::size_t>(-1);

struct shared_topic {
  std::int32_t partitions = 0;
  std::vector<std::size_t> subscribers;  ///< ascending
  std::vector<std::size_t> owners;       ///< of each partition
};

class builder {
 public:
  explicit builder(const assignor_input& input);
  assignor_result build();

 private:
  void keep();
  void assign_free();
  void balance();
  std::size_t balance(const uuid& id);
  void give(const uuid& topic, std::int32_t index, std::size_t to);
  std::vector<uuid> in_order(bool shared_only) const;

  const assignor_input& input_;
  std::vector<std::string> ids_;
  std::map<uuid, shared_topic> topics_;
  std::vector<std::size_t> loads_;
  assignor_result result_;
};

builder::builder(const assignor_input& input) : input_(input), loads_(input.members.size()) {
  for (const auto& [id, member] : input.members) {
    for (const auto& topic : member.topics) topics_[topic].subscribers.push_back(ids_.size());
    ids_.push_back(id);
  }
  for (auto& [id, topic] : topics_) {
    topic.partitions = input.partitions.at(id);
    topic.owners.assign(static_cast<std::size_t>(topic.partitions), nobody);
  }
}

assignor_result builder::build() {
  if (topics_.empty()) return {};
  keep();
  assign_free();
  balance();
  return std::move(result_);
}

void builder::keep() {
  for (std::size_t who = 0; who < ids_.size(); ++who) {
    const auto& member = input_.members.at(ids_[who]);
    auto& kept = result_[ids_[who]];
    for (const auto& [id, indexes] : member.current) {
      if (!member.topics.contains(id)) continue;
      auto& owners = topics_.at(id).owners;
      for (const auto index : indexes) {
        if (static_cast<std::size_t>(index) >= owners.size()) continue;
        owners[static_cast<std::size_t>(index)] = who;
        kept[id].insert(index);
        ++loads_[who];
      }
    }
  }
}

/// Topics with the most partitions for each subscriber first, then those with fewer subscribers.
std::vector<uuid> builder::in_order(bool shared_only) const {
  std::vector<uuid> order;
  for (const auto& [id, topic] : topics_) {
    if (!shared_only || topic.subscribers.size() >= 2) order.push_back(id);
  }
  std::ranges::sort(order, [&](const uuid& a, const uuid& b) {
    const auto& left = topics_.at(a);
    const auto& right = topics_.at(b);
    const auto of_left = static_cast<double>(left.partitions) / static_cast<double>(left.subscribers.size());
    const auto of_right =
        static_cast<double>(right.partitions) / static_cast<double>(right.subscribers.size());
    if (of_left != of_right) return of_left > of_right;
    if (left.subscribers.size() != right.subscribers.size()) {
      return left.subscribers.size() < right.subscribers.size();
    }
    return java_less(a, b);
  });
  return order;
}

void builder::assign_free() {
  load_balance loads{loads_};
  for (const auto& id : in_order(false)) {
    auto& topic = topics_.at(id);
    if (std::ranges::find(topic.owners, nobody) == topic.owners.end()) continue;
    loads.start(topic.subscribers);
    for (std::int32_t index = 0; index < topic.partitions; ++index) {
      if (topic.owners[static_cast<std::size_t>(index)] == nobody) give(id, index, loads.next_taker());
    }
  }
}

void builder::balance() {
  const auto order = in_order(true);
  std::optional<std::size_t> last_changed;
  for (int round = 0; round < most_rounds; ++round) {
    for (std::size_t at = 0; at < order.size(); ++at) {
      if (at == last_changed) return;  // once around without a change
      if (balance(order[at]) > 0 || !last_changed) last_changed = at;
    }
  }
}

std::size_t builder::balance(const uuid& id) {
  auto& topic = topics_.at(id);
  load_balance loads{loads_};
  if (loads.start(topic.subscribers) <= 1) return 0;
  std::map<std::size_t, std::vector<std::int32_t>> held;
  for (std::int32_t index = 0; index < topic.partitions; ++index) {
    held[topic.owners[static_cast<std::size_t>(index)]].push_back(index);
  }
  std::size_t moved = 0;
  while (!loads.balanced()) {
    auto giver = loads.next_giver();
    while (giver && held[*giver].empty()) {
      loads.exclude_giver();
      giver = loads.next_giver();
    }
    if (!giver) break;
    const auto index = held[*giver].back();
    held[*giver].pop_back();
    const auto taker = loads.next_taker();
    if (loads.balanced()) break;
    give(id, index, taker);
    ++moved;
  }
  return moved;
}

void builder::give(const uuid& topic, std::int32_t index, std::size_t to) {
  auto& owner = topics_.at(topic).owners[static_cast<std::size_t>(index)];
  if (owner != nobody) {
    take_out(result_[ids_[owner]], topic, index);
    --loads_[owner];
  }
  owner = to;
  result_[ids_[to]][topic].insert(index);
  ++loads_[to];
}

}  // namespace

assignor_result assign_uniform_heterogeneous(const assignor_input& input) { return builder{input}.build(); }

}  // namespace kwire::embedded
