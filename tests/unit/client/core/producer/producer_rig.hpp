#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/producer/producer_core.hpp"

namespace kwire::test {

/// A batch as it stands in a ProduceRequest. Records carry numbers as their values.
struct sent_batch {
  std::string topic;
  std::int32_t partition = 0;
  producer_id id = no_producer_id;
  producer_epoch epoch = no_producer_epoch;
  std::int32_t sequence = -1;
  std::vector<std::uint64_t> values;
};

struct sent_request {
  std::uint64_t token = 0;
  node_id node = no_node;
  core::time_point deadline{};
  bool expects_answer = true;
  std::vector<sent_batch> batches;
};

/// What a broker says to one batch.
struct verdict {
  broker_errc code = broker_errc::none;
  std::int64_t base_offset = 0;

  verdict(broker_errc c = broker_errc::none, std::int64_t offset = 0) : code(c), base_offset(offset) {}
};

struct told {
  outcome result;
  std::int64_t offset;
  std::string why;
};

/// A producer core between a test that plays the application and a test that plays the cluster.
class producer_rig final : public core::producer_sink {
 public:
  core::client_settings client;
  core::producer_settings settings;
  /// The accumulator reads the real clock when it opens a batch; virtual time is that much ahead, so that
  /// lingering starts in the past and only settings.linger above this makes a batch wait.
  static constexpr auto ahead = std::chrono::hours{1};
  core::time_point now = std::chrono::steady_clock::now() + ahead;
  std::int16_t version = 12;        ///< of requests and answers; 12 is the last that names topics
  std::map<std::string, uuid> ids;  ///< of topics, before `leaders` tells of them
  bool grant_identities = true;     ///< answer InitProducerId inside `step`
  std::int64_t last_id = 1000;
  std::size_t identities_asked = 0;
  std::vector<core::request> identity_requests;  ///< those left to the test
  std::map<std::uint64_t, std::vector<told>> outcomes;
  std::size_t finished_batches = 0;
  std::size_t topic_changes = 0;

  producer_rig() { settings.linger = std::chrono::milliseconds{0}; }

  core::producer_core& core();
  core::accumulator& source();

  /// Tells the leaders of a topic's partitions; -1 is none.
  void leaders(const std::string& topic, std::initializer_list<int> nodes);
  void leaders(const std::string& topic, const std::vector<int>& nodes,
               broker_errc problem = broker_errc::none);
  core::partition_slot& slot(const std::string& topic, std::int32_t partition);
  /// Appends a record; false when there is no memory.
  bool add(const std::string& topic, std::int32_t partition, std::uint64_t value, std::size_t size = 0);

  /// Lets the core act and gives the ProduceRequests it wants sent.
  std::vector<sent_request> step();
  /// The same where exactly one is expected.
  sent_request one();
  void pass(core::duration time) { now += time; }

  void answer(const sent_request& to, const std::vector<verdict>& verdicts, std::int32_t throttle_ms = 0);
  void answer(const sent_request& to, broker_errc code = broker_errc::none, std::int64_t base_offset = 0);
  void answer(const sent_request& to, const protocol::produce_response& message);
  /// No answer.
  void lose(const sent_request& to, bool maybe_sent, error why = error{errc::connection_lost});
  void handed_over(const sent_request& to);  ///< acks=0
  void answer_identity(broker_errc code, std::int64_t id = -1, std::int16_t epoch = 0);
  void fail_identity(const error& why);

  /// The one outcome of a record, or a text that says what is wrong.
  std::string fate(std::uint64_t value) const;

 private:
  void finished(core::finished_batch done) override;
  void topics_changed() override { ++topic_changes; }
  void publish();
  sent_request read(core::request& asked) const;

  std::unique_ptr<core::accumulator> source_;
  std::unique_ptr<core::producer_core> core_;
  std::map<std::string, std::pair<std::vector<int>, broker_errc>> topics_;
  std::uint64_t revision_ = 0;
};

/// A response whose body is `message`, encoded at `version`.
core::response response_of(protocol::message_ref message, std::int16_t version);

}  // namespace kwire::test
