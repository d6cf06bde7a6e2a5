#include "core/admin/topic_calls.hpp"

#include <algorithm>
#include <kwire/protocol/messages/create_topics.hpp>
#include <kwire/protocol/messages/delete_topics.hpp>
#include <memory>
#include <utility>

namespace kwire::core {
namespace {

using protocol::create_topics_request;
using protocol::create_topics_response;
using protocol::delete_topics_request;
using protocol::delete_topics_response;

class create_topics_body final : public request_body {
 public:
  create_topics_body(std::vector<new_topic> topics, bool validate_only, std::int32_t timeout_ms)
      : topics_(std::move(topics)), validate_(validate_only), timeout_ms_(timeout_ms) {}
  const protocol::message_info& info() const override { return create_topics_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    create_topics_request message;
    message.timeout_ms = timeout_ms_;
    message.validate_only = validate_;
    for (const auto& topic : topics_) {
      if (version < 4 && (topic.partitions() < 0 || topic.replication() < 0)) {
        return error{errc::unsupported_by_broker,
                     "brokers before Kafka 2.4 have no default numbers of partitions and replicas for new "
                     "topics; give both"}
            .in(api::create_topics)
            .on(topic.name());
      }
      auto& entry = message.topics.emplace_back();
      entry.name = topic.name();
      entry.num_partitions = topic.partitions();
      entry.replication_factor = topic.replication();
      for (const auto& [key, value] : topic.configs()) {
        auto& setting = entry.configs.emplace_back();
        setting.name = key;
        setting.value = value;
      }
    }
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  std::vector<new_topic> topics_;
  bool validate_;
  std::int32_t timeout_ms_;
};

/// Topics by name or id from version 6 on, names alone before.
class delete_topics_body final : public request_body {
 public:
  delete_topics_body(std::vector<std::string> names, std::int32_t timeout_ms)
      : names_(std::move(names)), timeout_ms_(timeout_ms) {}
  const protocol::message_info& info() const override { return delete_topics_request::info; }
  result<void> encode(std::int16_t version, protocol::writer& out) override {
    delete_topics_request message;
    message.timeout_ms = timeout_ms_;
    if (version < 6) {
      message.topic_names = names_;
    } else {
      for (const auto& name : names_) message.topics.emplace_back().name = name;
    }
    return encode_message(protocol::ref(message), version, out);
  }

 private:
  std::vector<std::string> names_;
  std::int32_t timeout_ms_;
};

/// How long the controller may wait for the change to spread: less than we wait for its answer.
std::int32_t controller_wait(const admin_core& core) {
  return static_cast<std::int32_t>(core.settings().request_timeout.count() * 4 / 5);
}

/// Topics not yet decided on, and the outcomes of the others.
template <class Item, class Outcome>
struct topic_job {
  std::vector<Item> left;
  std::map<std::string, result<Outcome>> outcomes;
  std::optional<error> refused;  ///< why some are asked for again
  bool maybe_done = false;       ///< an earlier request may have been carried out, its answer was lost
  told<std::map<std::string, result<Outcome>>> done;
};

const std::string& name_of(const new_topic& topic) { return topic.name(); }
const std::string& name_of(const std::string& name) { return name; }

/// Files an outcome, unless the topic is to be asked for again.
template <class Job, class Outcome>
void settle(Job& job, api key, const std::string& name, std::int16_t code_number,
            const std::optional<std::string>& text, Outcome outcome) {
  const auto left = std::ranges::find_if(job.left, [&](const auto& item) { return name_of(item) == name; });
  if (left == job.left.end()) return;
  const auto code = static_cast<broker_errc>(code_number);
  if (code == broker_errc::none) {
    job.outcomes.emplace(name, std::move(outcome));
  } else {
    auto why = text ? error{code, *text} : error{code};
    why.in(key).on(name);
    // A controller that timed out goes on with it, so that asking again would only find it done; a topic that
    // is not there is the answer.
    const bool final = code == broker_errc::request_timed_out ||
                       code == broker_errc::unknown_topic_or_partition ||
                       code == broker_errc::unknown_topic_id;
    if (why.retriable() && !final) {
      job.refused = std::move(why);
      return;
    }
    if (job.maybe_done &&
        (code == broker_errc::topic_already_exists || code == broker_errc::unknown_topic_or_partition)) {
      why.with_detail("an earlier request of this call, whose answer was lost, may have done it");
    }
    job.outcomes.emplace(name, std::move(why));
  }
  job.left.erase(left);
}

template <class Job>
std::optional<error> conclude(Job& job, api key, time_point now) {
  if (job.left.empty()) {
    job.done(std::move(job.outcomes), now);
    return std::nullopt;
  }
  if (job.refused) return std::exchange(job.refused, std::nullopt);
  return error{errc::unexpected_answer, "the answer lacks " + name_of(job.left.front())}.in(key);
}

/// Without any outcome the call failed as a whole.
template <class Job>
void fail(Job& job, const error& why, time_point now) {
  if (job.outcomes.empty()) return job.done(why, now);
  for (const auto& item : job.left) job.outcomes.emplace(name_of(item), why);
  job.done(std::move(job.outcomes), now);
}

template <class Job>
void ask_controller(admin_core& core, const std::shared_ptr<Job>& job, question q, time_point now) {
  q.lost = [job](const response& answer) { job->maybe_done = job->maybe_done || answer.maybe_sent; };
  const auto deadline = q.deadline;
  when_reached(
      core, deadline, [&core, q = std::move(q)](time_point at) { core.ask(q, at); },
      [job](const error& why, time_point at) { fail(*job, why, at); }, now);
}

}  // namespace

void ask_create_topics(admin_core& core, std::vector<new_topic> topics, bool validate_only,
                       time_point deadline, told<created_topics> done, time_point now) {
  if (topics.empty()) return done(created_topics{}, now);
  auto job = std::make_shared<topic_job<new_topic, created_topic>>();
  job->left = std::move(topics);
  job->done = std::move(done);
  const auto make = [job, validate_only, wait = controller_wait(core)] {
    request asked;
    asked.body = std::make_shared<create_topics_body>(job->left, validate_only, wait);
    asked.to = destination::controller();
    return asked;
  };
  const auto take = [job](const create_topics_response& message, const response&, time_point at) {
    for (const auto& t : message.topics) {
      created_topic made;
      made.id = t.topic_id;
      made.partitions = t.num_partitions;
      made.replication = t.replication_factor;
      settle(*job, api::create_topics, t.name, t.error_code, t.error_message, std::move(made));
    }
    return conclude(*job, api::create_topics, at);
  };
  auto q = ask_for<create_topics_response>(
      core, make, take, [job](const error& why, time_point at) { fail(*job, why, at); }, deadline);
  ask_controller(core, job, std::move(q), now);
}

void ask_delete_topics(admin_core& core, std::vector<std::string> names, time_point deadline,
                       told<deleted_topics> done, time_point now) {
  if (names.empty()) return done(deleted_topics{}, now);
  auto job = std::make_shared<topic_job<std::string, void>>();
  job->left = std::move(names);
  job->done = std::move(done);
  const auto make = [job, wait = controller_wait(core)] {
    request asked;
    asked.body = std::make_shared<delete_topics_body>(job->left, wait);
    asked.to = destination::controller();
    return asked;
  };
  const auto take = [job](const delete_topics_response& message, const response&, time_point at) {
    for (const auto& t : message.responses) {
      settle(*job, api::delete_topics, t.name.value_or(""), t.error_code, t.error_message, result<void>{});
    }
    return conclude(*job, api::delete_topics, at);
  };
  auto q = ask_for<delete_topics_response>(
      core, make, take, [job](const error& why, time_point at) { fail(*job, why, at); }, deadline);
  ask_controller(core, job, std::move(q), now);
}

}  // namespace kwire::core
