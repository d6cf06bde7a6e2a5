#pragma once

#include <kwire/client/assignor.hpp>
#include <vector>

namespace kwire::core {

/// Static members by instance id, then the others by member id: the order Java assigns in.
std::vector<const group_subscription*> in_java_order(const std::vector<group_subscription>& members);

/// Topic by topic, neighbouring partitions to each member.
class range_assignor final : public assignor {
 public:
  std::string_view name() const noexcept override { return "range"; }
  group_assignment assign(const std::vector<group_subscription>& members,
                          const std::map<std::string, std::int32_t>& partitions) const override;
};

/// Partition after partition, member after member.
class roundrobin_assignor final : public assignor {
 public:
  std::string_view name() const noexcept override { return "roundrobin"; }
  group_assignment assign(const std::vector<group_subscription>& members,
                          const std::map<std::string, std::int32_t>& partitions) const override;
};

/// Balanced, and otherwise as it was. The cooperative form never gives a partition to one member while
/// another still has it: it comes free in this round and is assigned in the next.
class sticky_assignor final : public assignor {
 public:
  explicit sticky_assignor(bool cooperative) noexcept : cooperative_(cooperative) {}
  std::string_view name() const noexcept override { return cooperative_ ? "cooperative-sticky" : "sticky"; }
  bool cooperative() const noexcept override { return cooperative_; }
  group_assignment assign(const std::vector<group_subscription>& members,
                          const std::map<std::string, std::int32_t>& partitions) const override;
  std::optional<bytes> user_data(const std::vector<topic_partition>& had,
                                 generation_id generation) const override;
  void read_user_data(bytes_view data, group_subscription& into) const override;

 private:
  bool cooperative_;
};

}  // namespace kwire::core
