#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kwire::embedded {

// Kafka's numbers.
enum class acl_resource : std::int8_t {
  any = 1,
  topic = 2,
  group = 3,
  cluster = 4,
  transactional_id = 5,
  user = 7
};
enum class acl_pattern : std::int8_t { any = 1, match = 2, literal = 3, prefixed = 4 };
enum class acl_operation : std::int8_t {
  any = 1,
  all,
  read,
  write,
  create,
  remove,
  alter,
  describe,
  cluster_action,
  describe_configs,
  alter_configs,
  idempotent_write,
  two_phase_commit = 15
};
enum class acl_permission : std::int8_t { any = 1, deny = 2, allow = 3 };

constexpr std::string_view cluster_resource = "kafka-cluster";

struct acl_binding {
  acl_resource type{};
  std::string name;
  acl_pattern pattern{};
  std::string principal;
  std::string host;
  acl_operation operation{};
  acl_permission permission{};
  friend auto operator<=>(const acl_binding&, const acl_binding&) = default;
};

/// What rules to look for; null is "whichever".
struct acl_filter {
  acl_resource type = acl_resource::any;
  std::optional<std::string> name;
  acl_pattern pattern = acl_pattern::any;
  std::optional<std::string> principal;
  std::optional<std::string> host;
  acl_operation operation = acl_operation::any;
  acl_permission permission = acl_permission::any;

  bool matches(const acl_binding& rule) const;
};

/// Who may do what (KIP-11, prefixes KIP-290). What no rule allows is forbidden, and a rule that forbids
/// wins.
class acl_store {
 public:
  static constexpr std::size_t most = 10'000;

  /// False when there are too many.
  bool add(const acl_binding& rule);
  std::vector<acl_binding> find(const acl_filter& filter) const;
  std::vector<acl_binding> remove(const acl_filter& filter);
  bool allows(const std::string& principal, const std::string& host, acl_operation operation,
              acl_resource type, std::string_view name) const;
  std::size_t size() const noexcept { return rules_.size(); }

 private:
  std::set<acl_binding> rules_;
};

/// Whether the rule may be stored: no field is a wildcard that only filters have.
bool is_valid(const acl_binding& rule);

}  // namespace kwire::embedded
