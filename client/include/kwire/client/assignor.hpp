#pragma once

#include <kwire/client/record.hpp>
#include <kwire/protocol/bytes.hpp>
#include <kwire/protocol/ids.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kwire {

/// What a member told the group when it joined.
struct group_subscription {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::vector<std::string> topics;
  std::vector<topic_partition> owned;        ///< what it has at the moment (cooperative) or had (sticky)
  generation_id generation = no_generation;  ///< of `owned`
  std::optional<std::string> rack;

  group_subscription() = default;
  group_subscription(std::string id, std::vector<std::string> names)
      : member_id(std::move(id)), topics(std::move(names)) {}
};

/// Partitions by member id; every member has an entry.
using group_assignment = std::map<std::string, std::vector<topic_partition>>;

/// Decides, on the member that leads the group, who gets which partitions. Stateless and thread-safe.
class assignor {
 public:
  virtual ~assignor() = default;
  /// The protocol name that all members must have in common.
  virtual std::string_view name() const noexcept = 0;
  /// Whether members may keep partitions during a rebalance (KIP-429).
  virtual bool cooperative() const noexcept { return false; }
  /// `partitions` has the number of partitions of every topic that exists.
  virtual group_assignment assign(const std::vector<group_subscription>& members,
                                  const std::map<std::string, std::int32_t>& partitions) const = 0;
  /// What a member tells besides its topics and partitions.
  virtual std::optional<bytes> user_data(const std::vector<topic_partition>& had,
                                         generation_id generation) const;
  /// Takes the same apart on the leader; what does not parse is ignored.
  virtual void read_user_data(bytes_view data, group_subscription& into) const;
};

/// `range`, `roundrobin` (equal to Java's, racks aside), `sticky` or `cooperative-sticky` (balanced and
/// sticky as Java's, not equal in every choice); null for another name.
std::shared_ptr<const assignor> find_assignor(std::string_view name);

}  // namespace kwire
