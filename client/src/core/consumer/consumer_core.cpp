#include "core/consumer/consumer_core.hpp"

#include <algorithm>
#include <utility>

namespace kwire::core {

consumer_core::consumer_core(const client_settings& client, const consumer_settings& settings,
                             consumer_sink& sink, std::uint64_t seed, std::uint32_t owner)
    : context_(client, settings, sink, out_, seed, owner),
      partitions_(context_.make_pause(), static_cast<std::int32_t>(settings.max_partition_fetch_bytes)),
      finder_(context_, partitions_),
      fetcher_(context_, partitions_),
      member_(context_),
      committer_(
          context_, [this] { return committing_as(); },
          [this](broker_errc code, const commit_identity& who, time_point now) {
            member_.refused(code, who, now);
          }),
      queries_(context_) {}

result<commit_identity> consumer_core::committing_as() const {
  if (auto why = member_.commit_obstacle()) return std::move(*why);
  return member_.identity();
}

void consumer_core::start(const std::vector<partition_start>& partitions) {
  for (const auto& one : partitions) partitions_.start(one, !context_.settings.group_id.empty());
}

void consumer_core::drop(const std::vector<topic_partition>& partitions) {
  for (const auto& where : partitions) {
    partitions_.drop(where);
    committer_.forget(where);
  }
}

void consumer_core::halt(const std::vector<topic_partition>& partitions) {
  for (const auto& where : partitions) {
    if (auto* state = partitions_.find(where)) state->now = partition_state::stage::stopped;
  }
}

void consumer_core::pause(const std::vector<topic_partition>& partitions, bool paused) {
  for (const auto& where : partitions) partitions_.pause(where, paused);
}

void consumer_core::list_offsets(std::vector<list_target> targets, time_point deadline,
                                 std::function<void(result<offset_queries::listed>)> done, time_point now) {
  for (const auto& target : targets) asked_about_.insert(target.where.topic);
  queries_.list(std::move(targets), deadline, std::move(done), now);
}

void consumer_core::handle(std::uint64_t token, response answer, time_point now) {
  context_.calls.handle(token, std::move(answer), now);
}

void consumer_core::metadata_changed(const std::shared_ptr<const metadata_snapshot>& snapshot,
                                     time_point now) {
  context_.metadata = snapshot;
  partitions_.metadata_changed();
  finder_.metadata_changed();
  fetcher_.metadata_changed();
  member_.metadata_changed(now);
}

void consumer_core::advance(time_point now) {
  member_.advance(now);
  finder_.advance(now);
  fetcher_.advance(now);
  committer_.advance(now);
  queries_.advance(now);
  update_interest();
}

void consumer_core::update_interest() {
  auto wanted = asked_about_;
  for (const auto& [where, state] : partitions_.entries()) wanted.insert(where.topic);
  member_.add_topics(wanted);
  if (wanted == interest_) return;
  interest_ = wanted;
  topic_interest interest;
  interest.names.assign(wanted.begin(), wanted.end());
  interest.create_missing = context_.settings.auto_create_topics;
  out_.interest = std::move(interest);
}

time_point consumer_core::next_deadline() const {
  return std::min({member_.next_deadline(), finder_.next_deadline(), fetcher_.next_deadline(),
                   committer_.next_deadline(), queries_.next_deadline()});
}

void consumer_core::metrics(metrics_snapshot& into) const {
  auto& mine = into.consumers.emplace_back();
  mine.bytes_fetched = fetcher_.bytes();
  mine.fetches = fetcher_.fetches();
  mine.rebalances = member_.rebalances();
  mine.queue_bytes = context_.sink.used_bytes(0);
  mine.records_delivered = context_.sink.records_delivered();
}

}  // namespace kwire::core
