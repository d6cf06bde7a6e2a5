#pragma once

#include <kwire/protocol/ids.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace kwire::embedded {

/// Partitions of topics, by topic id. A topic without partitions does not appear.
using topic_partitions = std::map<uuid, std::set<std::int32_t>>;

/// A group as an assignor on the server (KIP-848, KIP-932) sees it. Every map is in an order of its own, so
/// that the same group always gets the same assignment.
struct assignor_input {
  struct member {
    std::optional<std::string> instance_id;
    std::set<uuid> topics;     ///< subscribed to, all in `partitions`
    topic_partitions current;  ///< the target assignment so far
  };
  std::map<std::string, member> members;
  std::map<uuid, std::int32_t> partitions;  ///< how many each topic has

  bool homogeneous() const;
};

using assignor_result = std::map<std::string, topic_partitions>;

/// Contiguous ranges, static members first, co-partitioned where subscriptions and topics allow it.
assignor_result assign_range(const assignor_input& input);
/// Balanced first, sticky second.
assignor_result assign_uniform(const assignor_input& input);
/// For share groups: partitions may have several members, and every member has some.
assignor_result assign_simple(const assignor_input& input);

using assignor = assignor_result (*)(const assignor_input& input);
/// The assignor of a consumer group with this name; null when there is none.
assignor find_assignor(std::string_view name) noexcept;
/// Those names, the default first.
constexpr std::string_view assignor_names = "uniform, range";
constexpr std::string_view default_assignor = "uniform";

/// Kafka's order of ids, which are two signed numbers to it.
bool java_less(const uuid& a, const uuid& b) noexcept;

std::size_t count(const topic_partitions& partitions) noexcept;
bool contains(const topic_partitions& partitions, const uuid& topic, std::int32_t index) noexcept;
void take_out(topic_partitions& from, const uuid& topic, std::int32_t index);

}  // namespace kwire::embedded
