#include "consume_plan.hpp"

#include <algorithm>
#include <kwire/client/consumer.hpp>

#include "session.hpp"

namespace kwire::cli {
namespace {

using kind = offset_spec::kind;

std::map<topic_partition, std::int64_t> ask(admin& cluster, const std::vector<topic_partition>& partitions,
                                            offset_query query, bool committed_only,
                                            std::chrono::milliseconds limit) {
  std::map<topic_partition, offset_query> queries;
  for (const auto& where : partitions) queries.emplace(where, query);
  std::map<topic_partition, std::int64_t> offsets;
  for (const auto& [where, found] : need(cluster.list_offsets(queries, committed_only, limit))) {
    if (!found) throw failure{found.error()};
    offsets.emplace(where, found->offset);
  }
  return offsets;
}

std::optional<std::int64_t> look_up(const std::map<topic_partition, std::int64_t>& offsets,
                                    const topic_partition& where) {
  const auto found = offsets.find(where);
  if (found == offsets.end()) return std::nullopt;
  return found->second;
}

}  // namespace

partition_plan plan_partition(const topic_partition& where, const consume_range& range,
                              const partition_bounds& bounds) {
  partition_plan plan;
  plan.where = where;
  switch (range.from.what) {
    case kind::beginning:
    case kind::stop_time: plan.start = bounds.first.value_or(offset_beginning); break;
    case kind::end: plan.start = bounds.end.value_or(offset_end); break;
    case kind::stored: plan.start = offset_stored; break;
    case kind::absolute: plan.start = range.from.number; break;
    case kind::from_end:
      plan.start = std::max(bounds.end.value_or(0) - range.from.number, bounds.first.value_or(0));
      break;
    case kind::start_time: {
      const auto at = bounds.at_time.value_or(-1);
      plan.start = at >= 0 ? at : bounds.end.value_or(offset_end);
      break;
    }
  }
  if (range.exit_at_end) plan.stop = bounds.end;
  return plan;
}

std::vector<partition_plan> plan_partitions(admin& cluster, const std::vector<topic_partition>& partitions,
                                            const consume_range& range, std::chrono::milliseconds limit) {
  const auto what = range.from.what;
  std::map<topic_partition, std::int64_t> first, end, times;
  if (what == kind::from_end || (range.exit_at_end && what == kind::beginning)) {
    first = ask(cluster, partitions, offset_query::earliest(), false, limit);
  }
  if (range.exit_at_end || what == kind::from_end || what == kind::end || what == kind::start_time) {
    end = ask(cluster, partitions, offset_query::latest(), range.committed_only, limit);
  }
  if (what == kind::start_time) {
    times = ask(cluster, partitions, offset_query::raw(std::max<std::int64_t>(range.from.number, 0)), false,
                limit);
  }
  std::vector<partition_plan> plans;
  for (const auto& where : partitions) {
    plans.push_back(
        plan_partition(where, range, {look_up(first, where), look_up(end, where), look_up(times, where)}));
  }
  return plans;
}

}  // namespace kwire::cli
