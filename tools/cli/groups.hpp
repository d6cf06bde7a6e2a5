#pragma once

#include <kwire/client/admin_types.hpp>
#include <string>
#include <vector>

namespace kwire::cli {

/// A partition of a group as `groups describe` shows it: its offsets, and the member that reads it.
struct group_row {
  partition_lag lag;
  const group_member* member = nullptr;
};

/// Every partition that has an offset or a member, ascending. Refers to `group`.
std::vector<group_row> group_rows(const group_description& group, const std::vector<partition_lag>& lags);

/// The table that kafka-consumer-groups --describe prints.
std::string group_table(const std::string& id, const std::vector<group_row>& rows);
std::string group_json(const group_description& group, const std::vector<group_row>& rows);

}  // namespace kwire::cli
