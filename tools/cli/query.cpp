#include "query.hpp"

#include "cluster_access.hpp"
#include "commands.hpp"
#include "text.hpp"

namespace kwire::cli {
namespace {

constexpr option_spec options[] = {
    {'t', "topic", "TOPIC:PARTITION:TIMESTAMP",
     "the first offset whose record is not older than TIMESTAMP, in ms since 1970; -1 asks for the end, -2 "
     "for the "
     "beginning, -3 for the record with the largest timestamp (may be repeated)"},
    {'J', "json", "", "one JSON array"},
};

std::string as_json(const found_offsets& found) {
  std::string text = "[";
  for (const auto& [where, outcome] : found) {
    text += text.size() > 1 ? ",{\"topic\":" : "{\"topic\":";
    append_json(text, where.topic);
    text += ",\"partition\":" + std::to_string(raw(where.partition));
    if (outcome) {
      text += ",\"offset\":" + std::to_string(outcome->offset) + "}";
    } else {
      text += ",\"error\":";
      append_json(text, outcome.error().message());
      text += '}';
    }
  }
  return text + "]\n";
}

int run(session& here) {
  std::map<topic_partition, offset_query> queries;
  for (const auto& text : here.args().values("topic")) {
    const auto [where, query] = parse_query(text);
    if (!queries.emplace(where, query).second) {
      throw usage_error{"-t " + text + ": the partition is asked for twice"};
    }
  }
  if (queries.empty()) throw usage_error{"missing -t TOPIC:PARTITION:TIMESTAMP"};
  cluster_access cluster{here};
  const auto found = need(cluster->list_offsets(queries, false, here.limit()));
  int status = 0;
  for (const auto& [where, outcome] : found) {
    if (!outcome) {
      here.complain(outcome.error().message());
      status = 1;
    } else if (!here.args().has("json")) {
      here.out().write(where.topic + " [" + std::to_string(raw(where.partition)) + "] offset " +
                       std::to_string(outcome->offset) + "\n");
    }
  }
  if (here.args().has("json")) here.out().write(as_json(found));
  return status;
}

}  // namespace

std::pair<topic_partition, offset_query> parse_query(std::string_view text) {
  const auto last = text.rfind(':');
  const auto middle = last == text.npos || last == 0 ? text.npos : text.rfind(':', last - 1);
  if (middle != text.npos && middle > 0) {
    const auto partition = parse_number(text.substr(middle + 1, last - middle - 1));
    const auto time = parse_number(text.substr(last + 1));
    if (partition && *partition >= 0 && *partition <= INT32_MAX && time && *time >= -3) {
      return {topic_partition{std::string{text.substr(0, middle)},
                              partition_id{static_cast<std::int32_t>(*partition)}},
              offset_query::raw(*time)};
    }
  }
  throw usage_error{"-t " + std::string{text} + ": expected TOPIC:PARTITION:TIMESTAMP"};
}

const command_spec query_command{"query", "", "offsets by timestamp", "", options, run, 0, 0};

}  // namespace kwire::cli
