#include <algorithm>
#include <kwire/protocol/wire/reader.hpp>
#include <set>

#include "core/consumer/assignors.hpp"

namespace kwire {

std::optional<bytes> assignor::user_data(const std::vector<topic_partition>&, generation_id) const {
  return std::nullopt;
}
void assignor::read_user_data(bytes_view, group_subscription&) const {}

std::shared_ptr<const assignor> find_assignor(std::string_view name) {
  if (name == "range") return std::make_shared<core::range_assignor>();
  if (name == "roundrobin") return std::make_shared<core::roundrobin_assignor>();
  if (name == "sticky") return std::make_shared<core::sticky_assignor>(false);
  if (name == "cooperative-sticky") return std::make_shared<core::sticky_assignor>(true);
  return nullptr;
}

namespace core {

std::vector<const group_subscription*> in_java_order(const std::vector<group_subscription>& members) {
  std::vector<const group_subscription*> order;
  for (const auto& member : members) order.push_back(&member);
  std::ranges::sort(order, [](const auto* a, const auto* b) {
    if (a->instance_id && b->instance_id) return *a->instance_id < *b->instance_id;
    if (a->instance_id || b->instance_id) return a->instance_id.has_value();
    return a->member_id < b->member_id;
  });
  return order;
}

group_assignment range_assignor::assign(const std::vector<group_subscription>& members,
                                        const std::map<std::string, std::int32_t>& partitions) const {
  group_assignment result;
  std::map<std::string, std::vector<const group_subscription*>> readers;
  for (const auto* member : in_java_order(members)) {
    result[member->member_id];
    for (const auto& topic : std::set<std::string>{member->topics.begin(), member->topics.end()}) {
      readers[topic].push_back(member);
    }
  }
  for (const auto& [topic, list] : readers) {
    const auto found = partitions.find(topic);
    if (found == partitions.end()) continue;
    const auto total = found->second;
    const auto share = total / static_cast<std::int32_t>(list.size());
    const auto extra = total % static_cast<std::int32_t>(list.size());
    std::int32_t next = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto count = share + (static_cast<std::int32_t>(i) < extra ? 1 : 0);
      for (std::int32_t k = 0; k < count; ++k)
        result[list[i]->member_id].emplace_back(topic, partition_id{next++});
    }
  }
  return result;
}

group_assignment roundrobin_assignor::assign(const std::vector<group_subscription>& members,
                                             const std::map<std::string, std::int32_t>& partitions) const {
  group_assignment result;
  std::set<std::string> topics;
  const auto order = in_java_order(members);
  std::vector<std::set<std::string>> wants;
  for (const auto* member : order) {
    result[member->member_id];
    topics.insert(member->topics.begin(), member->topics.end());
    wants.emplace_back(member->topics.begin(), member->topics.end());
  }
  std::size_t turn = 0;
  for (const auto& topic : topics) {
    const auto found = partitions.find(topic);
    if (found == partitions.end()) continue;
    for (std::int32_t number = 0; number < found->second; ++number) {
      // Ends: every topic here is wanted by some member.
      while (!wants[turn].contains(topic)) turn = (turn + 1) % order.size();
      result[order[turn]->member_id].emplace_back(topic, partition_id{number});
      turn = (turn + 1) % order.size();
    }
  }
  return result;
}

}  // namespace core
}  // namespace kwire
