#include <kwire/protocol/messages/produce.hpp>

#include "core/handlers.hpp"
#include "core/record_intake.hpp"

namespace kwire::embedded {
namespace {

using asked_topic = protocol::produce_request::topic;
using answer_topic = protocol::produce_response::topic;

struct produce_run {
  broker_core& core;
  const request& what;
  intake_rules rules;
  broker_errc refused{};  ///< nothing is appended, for this reason
  bool failed = false;
  std::vector<fetch_waits::watch_key> grown{};

  answer_topic take(const asked_topic& asked);
};

bool takes_topic_ids(std::int16_t version) { return version >= 13; }

answer_topic produce_run::take(const asked_topic& asked) {
  const bool by_id = takes_topic_ids(what.token.version);
  auto* to = core.state().find(asked.name, asked.topic_id, by_id);
  answer_topic answer;
  answer.name = asked.name;
  answer.topic_id = asked.topic_id;
  answer.partition_responses.reserve(asked.partition_data.size());
  for (const auto& data : asked.partition_data) {
    auto& told = answer.partition_responses.emplace_back();
    told.index = data.index;
    auto* where = to == nullptr ? nullptr : to->find(data.index);
    append_result done;
    if (refused != broker_errc::none) {
      done.error = refused;
    } else if (where == nullptr) {
      done.error = to == nullptr ? cluster::unknown(by_id) : broker_errc::unknown_topic_or_partition;
    } else {
      done = take_records(*to, *where, what.content, data.records, rules);
    }
    told.error_code = code(done.error);
    told.base_offset = done.base_offset;
    told.log_append_time_ms = done.append_time;
    if (done.error == broker_errc::none) {
      told.log_start_offset = where->log.start_offset();
      grown.emplace_back(to->name, data.index);
    } else {
      failed = true;
      if (!done.message.empty()) told.error_message = std::move(done.message);
    }
  }
  return answer;
}

}  // namespace

void serve_produce(broker_core& core, const request& what) {
  protocol::produce_request asked;
  if (!read_body(core, what, asked)) return;
  const auto& options = core.options();
  produce_run run{core,
                  what,
                  {what.token.version, options.check_crc, options.check_records, to_ms(what.now)},
                  what.injected};
  if (asked.acks < -1 || asked.acks > 1) run.refused = broker_errc::invalid_required_acks;
  protocol::produce_response answer;
  answer.responses.reserve(asked.topic_data.size());
  for (const auto& topic : asked.topic_data) answer.responses.push_back(run.take(topic));

  if (asked.acks != 0) {
    core.respond(what.token, answer);
  } else if (run.failed) {
    core.close(what.token.connection);  // the only way to tell a producer that wants no answers
  } else {
    core.finish(what.token);
  }
  for (const auto& key : run.grown) core.waiting_fetches().wake(key, what.now, core.timers());
}

}  // namespace kwire::embedded
