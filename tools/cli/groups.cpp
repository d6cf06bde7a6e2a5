#include "groups.hpp"

#include <algorithm>
#include <utility>

#include "cluster_access.hpp"
#include "commands.hpp"
#include "table.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

constexpr option_spec list_options[] = {
    {'s', "state", "", "a table with state, type and coordinator"},
    {'J', "json", "", "one JSON array"},
};

constexpr option_spec describe_options[] = {
    {0, "members", "", "the members instead of the offsets"},
    {'s', "state", "", "state, assignor and size instead of the offsets"},
    {'J', "json", "", "one JSON object a group and line: everything"},
};

std::string or_dash(std::string_view text) { return std::string{text.empty() ? "-" : text}; }

std::string or_dash(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : "-";
}

void append_number_or_null(std::string& into, std::string_view name,
                           const std::optional<std::int64_t>& number) {
  into += ",\"" + std::string{name} + "\":" + (number ? std::to_string(*number) : "null");
}

std::string as_json(const group_listing& group) {
  std::string text = "{\"group\":";
  append_json(text, group.id);
  text += ",\"protocol_type\":";
  append_json(text, group.protocol_type);
  text += ",\"state\":";
  append_json(text, group.state);
  text += ",\"type\":";
  append_json(text, group.type);
  return text + ",\"coordinator\":" + std::to_string(raw(group.coordinator)) + "}";
}

int list(session& here) {
  cluster_access cluster{here};
  const auto all = need(cluster->list_groups(here.limit()));
  table rows{{"GROUP", "STATE", "TYPE", "PROTOCOL", "COORDINATOR"}};
  std::string json;
  for (const auto& group : all.groups) {
    rows.add({group.id, or_dash(group.state), or_dash(group.type), or_dash(group.protocol_type),
              std::to_string(raw(group.coordinator))});
    json += (json.empty() ? "[" : ",") + as_json(group);
  }
  if (here.args().has("json")) {
    here.out().write((json.empty() ? "[" : json) + "]\n");
  } else if (here.args().has("state")) {
    here.out().write(rows.print());
  } else {
    for (const auto& group : all.groups) here.out().write(group.id + "\n");
  }
  for (const auto& [node, why] : all.failures) {
    here.complain("groups of broker " + std::to_string(raw(node)) + " are missing: " + why.message());
  }
  return all.failures.empty() ? 0 : 1;
}

std::string members_table(const group_description& group) {
  table rows{{"GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS", "ASSIGNMENT"}};
  for (const auto& member : group.members) {
    std::string assigned;
    for (const auto& where : member.assignment) assigned += (assigned.empty() ? "" : ",") + to_string(where);
    rows.add({group.id, member.id, member.host, member.client_id, std::to_string(member.assignment.size()),
              or_dash(assigned)});
  }
  return rows.print();
}

std::string state_table(const group_description& group) {
  table rows{{"GROUP", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS"}};
  rows.add({group.id, or_dash(group.protocol), group.state, std::to_string(group.members.size())});
  return rows.print();
}

std::vector<topic_partition> assigned_partitions(const group_description& group) {
  std::vector<topic_partition> all;
  for (const auto& member : group.members) {
    all.insert(all.end(), member.assignment.begin(), member.assignment.end());
  }
  return all;
}

int describe_one(session& here, cluster_access& cluster, const group_description& group) {
  const bool json = here.args().has("json");
  if (!json && here.args().has("members")) {
    here.out().write(members_table(group));
    return 0;
  }
  if (!json && here.args().has("state")) {
    here.out().write(state_table(group));
    return 0;
  }
  const auto lags = need(cluster->describe_lag(group.id, assigned_partitions(group), here.limit()));
  if (group.state == "Dead" && lags.empty()) {
    here.complain("group " + group.id + " does not exist");
    return 1;
  }
  const auto rows = group_rows(group, lags);
  if (json) {
    here.out().write(group_json(group, rows));
  } else {
    here.out().write(group_table(group.id, rows));
    here.out().flush();
    if (group.members.empty()) here.inform("group " + group.id + " has no active members");
  }
  int status = 0;
  for (const auto& row : rows) {
    if (!row.lag.failure) continue;
    here.complain(row.lag.failure->message());
    status = 1;
  }
  return status;
}

int describe(session& here) {
  cluster_access cluster{here};
  const auto groups = need(cluster->describe_groups(here.args().operands(), here.limit()));
  int status = 0;
  for (const auto& [id, group] : groups) {
    if (group) {
      status = std::max(status, describe_one(here, cluster, *group));
    } else {
      here.complain(group.error() == broker_errc::group_id_not_found ? "group " + id + " does not exist"
                                                                     : group.error().message());
      status = 1;
    }
  }
  return status;
}

}  // namespace

std::vector<group_row> group_rows(const group_description& group, const std::vector<partition_lag>& lags) {
  std::map<topic_partition, const group_member*> readers;
  for (const auto& member : group.members) {
    for (const auto& where : member.assignment) readers.emplace(where, &member);
  }
  std::vector<group_row> rows;
  for (const auto& lag : lags) {
    const auto reader = readers.find(lag.where);
    rows.push_back({lag, reader == readers.end() ? nullptr : reader->second});
  }
  return rows;
}

std::string group_table(const std::string& id, const std::vector<group_row>& rows) {
  table shown{{"GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID",
               "HOST", "CLIENT-ID"}};
  for (const auto& [lag, member] : rows) {
    shown.add({id, lag.where.topic, std::to_string(raw(lag.where.partition)), or_dash(lag.committed),
               or_dash(lag.end), or_dash(lag.lag), or_dash(member ? member->id : ""),
               or_dash(member ? member->host : ""), or_dash(member ? member->client_id : "")});
  }
  return shown.print();
}

std::string group_json(const group_description& group, const std::vector<group_row>& rows) {
  std::string text = "{\"group\":";
  append_json(text, group.id);
  text += ",\"state\":";
  append_json(text, group.state);
  text += ",\"protocol_type\":";
  append_json(text, group.protocol_type);
  text += ",\"protocol\":";
  append_json(text, group.protocol);
  text += ",\"members\":[";
  bool first = true;
  for (const auto& member : group.members) {
    text += std::exchange(first, false) ? "{\"id\":" : ",{\"id\":";
    append_json(text, member.id);
    text += ",\"client_id\":";
    append_json(text, member.client_id);
    text += ",\"host\":";
    append_json(text, member.host);
    text += ",\"instance_id\":";
    if (member.instance_id) {
      append_json(text, *member.instance_id);
    } else {
      text += "null";
    }
    text += '}';
  }
  text += "],\"partitions\":[";
  first = true;
  for (const auto& [lag, member] : rows) {
    text += std::exchange(first, false) ? "{\"topic\":" : ",{\"topic\":";
    append_json(text, lag.where.topic);
    text += ",\"partition\":" + std::to_string(raw(lag.where.partition));
    append_number_or_null(text, "current_offset", lag.committed);
    append_number_or_null(text, "log_end_offset", lag.end);
    append_number_or_null(text, "lag", lag.lag);
    text += ",\"member\":";
    if (member != nullptr) {
      append_json(text, member->id);
    } else {
      text += "null";
    }
    text += '}';
  }
  return text + "]}\n";
}

const command_spec groups_list_command{
    "groups list", "", "groups of all brokers", "", list_options, list, 0, 0};
const command_spec groups_describe_command{
    "groups describe", "GROUP...", "offsets, lag and members of groups", "", describe_options, describe, 1,
    any_number};

}  // namespace kwire::cli
