#pragma once

#include "core/handlers.hpp"

namespace kwire::embedded {

/// Answers a heartbeat of a consumer or share group, which tell the same: the refusal, or the member's epoch
/// and, when it has changed, what is assigned. `asked_epoch` is negative for members that leave.
template <class Answer>
void answer_heartbeat(broker_core& core, const request& what, const consumer_heartbeat_result& result,
                      std::int32_t asked_epoch, std::chrono::milliseconds interval) {
  Answer answer;
  answer.error_code = code(result.refused.code);
  if (result.refused.code != broker_errc::none) {
    const auto& why = result.refused.message;
    answer.error_message = why.empty() ? std::string{meaning(result.refused.code)} : why;
    return core.respond(what.token, answer);
  }
  answer.member_id = result.member_id;
  answer.member_epoch = result.epoch;
  if (asked_epoch >= 0) answer.heartbeat_interval_ms = static_cast<std::int32_t>(interval.count());
  if (result.assignment) {
    auto& given = answer.assignment.emplace();
    for (const auto& [topic, indexes] : *result.assignment) {
      auto& listed = given.topic_partitions.emplace_back();
      listed.topic_id = topic;
      for (const auto index : indexes) listed.partitions.push_back(partition_id{index});
    }
  }
  core.respond(what.token, answer);
}

}  // namespace kwire::embedded
