#include "group_reader.hpp"

namespace kwire::cli {
namespace {

std::string join(const std::vector<topic_partition>& partitions) {
  std::string text;
  for (const auto& where : partitions) text += (text.empty() ? "" : " ") + to_string(where);
  return text.empty() ? "nothing" : text;
}

}  // namespace

group_reader::group_reader(session& here, consumer& reader)
    : here_(here),
      reader_(reader),
      enabled_(here.property(config_role::consumer, "enable.auto.commit") != "false"),
      next_(clock::now() + interval_) {
  const auto given =
      parse_number(here.property(config_role::consumer, "auto.commit.interval.ms").value_or(""));
  if (given && *given >= 0) interval_ = std::chrono::milliseconds{*given};
}

void group_reader::commit_now_and_then() {
  if (clock::now() < next_) return;
  commit(std::chrono::seconds{5});
  next_ = clock::now() + interval_;
}

void group_reader::commit(std::chrono::milliseconds limit) {
  if (!enabled_ || printed_.empty()) return;
  const auto done = reader_.commit(printed_, limit);
  if (done) {
    printed_.clear();
  } else {
    here_.inform("offsets were not committed: " + done.error().message());
  }
}

void group_reader::on_assigned(const std::vector<topic_partition>& partitions) {
  here_.detail("assigned: " + join(partitions));
}

void group_reader::on_revoked(const std::vector<topic_partition>& partitions) {
  here_.out().flush();
  commit(std::chrono::seconds{2});
  here_.detail("revoked: " + join(partitions));
  for (const auto& where : partitions) printed_.erase(where);
}

void group_reader::on_lost(const std::vector<topic_partition>& partitions) {
  here_.inform("lost, others read these again from the last commit on: " + join(partitions));
  for (const auto& where : partitions) printed_.erase(where);
}

}  // namespace kwire::cli
