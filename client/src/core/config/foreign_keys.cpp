#include "core/config/foreign_keys.hpp"

#include <algorithm>

namespace kwire::core {
namespace {

using enum foreign_verdict;

constexpr std::string_view java = "Java";
constexpr std::string_view librdkafka = "librdkafka";
constexpr std::string_view both = "Java, librdkafka";

constexpr foreign_key table[] = {
    {"api.version.fallback.ms", librdkafka, no_effect, "0 1200000",
     "versions are asked for anew with each connection"},
    {"auto.include.jmx.reporter", java, no_effect, "true false", "metrics() tells the numbers"},
    {"background_event_cb", librdkafka, refused, "", "give the handle an observer"},
    {"batch.num.messages", librdkafka, no_effect, "10000", "batch.size bounds batches"},
    {"bootstrap.controllers", java, refused, "",
     "controllers are reached through brokers; give bootstrap.servers"},
    {"bootstrap.resolve.timeout.ms", java, no_effect, "0", "names are resolved with each connection"},
    {"broker.address.ttl", librdkafka, no_effect, "1000", "names are resolved with each connection"},
    {"buffer.memory.allocation.strategy", java, no_effect, "full", "buffers begin small and grow"},
    {"builtin.features", librdkafka, no_effect, "", "it tells how librdkafka was built"},
    {"client.dns.lookup", both, refused, "use_all_dns_ips",
     "canonical names are for Kerberos, which is not there yet"},
    {"client.rack", both, no_effect, "", "producers and admin calls do not look at racks"},
    {"closesocket_cb", librdkafka, refused, "", "sockets are the client's own"},
    {"config.providers", java, refused, "", "give the values themselves, or a file to config::load"},
    {"connect_cb", librdkafka, refused, "", "sockets are the client's own"},
    {"consume.callback.max.messages", librdkafka, no_effect, "0", "max.poll.records bounds a poll"},
    {"consume_cb", librdkafka, refused, "", "call consumer::poll"},
    {"coordinator.query.interval.ms", librdkafka, no_effect, "600000",
     "coordinators are looked for when they are lost"},
    {"default.api.timeout.ms", java, no_effect, "", "max.block.ms bounds a producer's calls"},
    {"default_topic_conf", librdkafka, refused, "", "give the keys themselves"},
    {"delivery.report.only.error", librdkafka, no_effect, "false",
     "the callback given to produce always runs"},
    {"dr_cb", librdkafka, refused, "", "give produce a callback"},
    {"dr_msg_cb", librdkafka, refused, "", "give produce a callback"},
    {"enable.auto.offset.store", librdkafka, refused, "true",
     "commit(batch) commits what the application has done with"},
    {"enable.gapless.guarantee", librdkafka, refused, "false",
     "a record that fails does not stop those behind it; a transaction does"},
    {"enable.metrics.push", both, no_effect, "false", "metrics are not pushed to brokers (KIP-714)"},
    {"enable.random.seed", librdkafka, no_effect, "true", "every client has its own generator"},
    {"enable.sasl.oauthbearer.unsecure.jwt", librdkafka, refused, "false", "SASL is not there yet"},
    {"enable.ssl.certificate.verification", librdkafka, refused, "true", "TLS is not there yet"},
    {"enabled_events", librdkafka, no_effect, "0", "observers are told every event"},
    {"error_cb", librdkafka, refused, "", "give the handle an observer"},
    {"fetch.error.backoff.ms", librdkafka, no_effect, "500", "retry.backoff.ms sets the pauses"},
    {"fetch.queue.backoff.ms", librdkafka, no_effect, "1000", "fetching goes on as soon as there is room"},
    {"group.protocol.type", librdkafka, no_effect, "consumer", "consumer groups are all there are"},
    {"group.remote.assignor", both, refused, "", "needs group.protocol=consumer, which is not there yet"},
    {"https.*", librdkafka, refused, "", "SASL is not there yet"},
    {"interceptor.classes", java, refused, "", "Java classes cannot run here"},
    {"interceptors", librdkafka, refused, "", "there are none"},
    {"internal.*", both, no_effect, "", "it is for tests of that client"},
    {"key.deserializer", java, no_effect, "org.apache.kafka.common.serialization.ByteArrayDeserializer",
     "records are octets; turn them into values yourself"},
    {"key.serializer", java, no_effect, "org.apache.kafka.common.serialization.ByteArraySerializer",
     "records are octets; turn values into them yourself"},
    {"log.connection.close", librdkafka, no_effect, "",
     "connections that end by plan are told at log_level=7 only"},
    {"log.queue", librdkafka, no_effect, "false", "give the handle an observer"},
    {"log.thread.name", librdkafka, no_effect, "", "a client has one thread"},
    {"log_cb", librdkafka, refused, "", "give the handle an observer"},
    {"max.in.flight", librdkafka, no_effect, "", "consumers have one request at a time for each purpose"},
    {"max.in.flight.requests.per.connection", librdkafka, no_effect, "",
     "consumers have one request at a time for each purpose"},
    {"message.copy.max.bytes", librdkafka, no_effect, "65535", "records are copied into their batch"},
    {"message.max.bytes", librdkafka, no_effect, "", "requests of consumers are small"},
    {"metadata.cluster.check.enable", java, no_effect, "true",
     "brokers of another cluster are always refused"},
    {"metadata.max.idle.ms", java, no_effect, "300000", "topics that were used stay known"},
    {"metric.reporters", java, no_effect, "org.apache.kafka.common.metrics.JmxReporter",
     "metrics() tells the numbers"},
    {"metrics.*", java, no_effect, "2 INFO 30000", "metrics() tells the numbers"},
    {"msg_order_cmp", librdkafka, refused, "", "records of a partition keep their order"},
    {"oauthbearer_token_refresh_cb", librdkafka, refused, "", "SASL is not there yet"},
    {"offset.store.method", librdkafka, refused, "broker", "offsets are kept by brokers"},
    {"offset.store.path", librdkafka, no_effect, ".", "offsets are kept by brokers"},
    {"offset.store.sync.interval.ms", librdkafka, no_effect, "-1", "offsets are kept by brokers"},
    {"offset_commit_cb", librdkafka, refused, "", "give the consumer an observer"},
    {"opaque", librdkafka, refused, "", "records, callbacks and observers carry what they need"},
    {"open_cb", librdkafka, refused, "", "no files are opened"},
    {"partitioner.rack.aware", java, refused, "false", "records do not look at racks"},
    {"partitioner_cb", librdkafka, refused, "", "see producer_config::partition_by"},
    {"plugin.library.paths", librdkafka, refused, "", "there are no plugins"},
    {"produce.offset.report", librdkafka, no_effect, "true", "offsets are always reported"},
    {"queue.buffering.backpressure.threshold", librdkafka, no_effect, "1",
     "batches fill while a broker has enough to do"},
    {"queue.buffering.max.messages", librdkafka, no_effect, "100000",
     "buffer.memory bounds what waits, in octets"},
    {"queued.min.messages", librdkafka, no_effect, "100000",
     "queued.max.messages.kbytes bounds what is fetched ahead"},
    {"queuing.strategy", librdkafka, refused, "fifo", "records of a partition keep their order"},
    {"rebalance_cb", librdkafka, refused, "", "give the consumer a rebalance listener"},
    {"reconnect.backoff.jitter.ms", librdkafka, no_effect, "0", "pauses vary by 20 %"},
    {"resolve_cb", librdkafka, refused, "", "names are resolved by the system"},
    {"retries", both, no_effect, "", "time-outs end repetitions of consumers and admin calls"},
    {"sasl.*", both, refused, "", "SASL is not there yet"},
    {"security.providers", java, no_effect, "", "OpenSSL is the only one"},
    {"share.acknowledgement.mode", both, refused, "implicit", "share groups are not there yet"},
    {"share.acquire.mode", java, refused, "BATCH_OPTIMIZED batch_optimized",
     "share groups are not there yet"},
    {"socket.blocking.max.ms", librdkafka, no_effect, "1000", "sockets never block"},
    {"socket.max.fails", librdkafka, no_effect, "1", "an overdue request ends its connection"},
    {"socket.nagle.disable", librdkafka, no_effect, "true",
     "writes are gathered already; Nagle's algorithm is off"},
    {"socket_cb", librdkafka, refused, "", "sockets are the client's own"},
    {"ssl.*", both, refused, "", "TLS is not there yet"},
    {"ssl_ca", librdkafka, refused, "", "TLS is not there yet"},
    {"ssl_certificate", librdkafka, refused, "", "TLS is not there yet"},
    {"ssl_engine_callback_data", librdkafka, refused, "", "TLS is not there yet"},
    {"ssl_key", librdkafka, refused, "", "TLS is not there yet"},
    {"statistics.interval.ms", librdkafka, no_effect, "0", "metrics() tells the numbers when asked"},
    {"stats_cb", librdkafka, refused, "", "call metrics()"},
    {"sticky.partitioning.linger.ms", librdkafka, no_effect, "10",
     "records without a key stay for batch.size octets (KIP-794)"},
    {"throttle_cb", librdkafka, refused, "", "give the handle an observer"},
    {"topic.blacklist", librdkafka, refused, "", "only the topics that are used are asked for"},
    {"topic.metadata.propagation.max.ms", librdkafka, no_effect, "", "consumers wait for their topics"},
    {"topic.metadata.refresh.fast.cnt", librdkafka, no_effect, "10", "retry.backoff.ms sets the pauses"},
    {"topic.metadata.refresh.fast.interval.ms", librdkafka, no_effect, "100",
     "retry.backoff.ms sets the pauses"},
    {"topic.metadata.refresh.sparse", librdkafka, no_effect, "true",
     "only the topics that are used are asked for"},
    {"transaction.two.phase.commit.enable", java, refused, "false",
     "transactions are committed by their producer"},
    {"value.deserializer", java, no_effect, "org.apache.kafka.common.serialization.ByteArrayDeserializer",
     "records are octets; turn them into values yourself"},
    {"value.serializer", java, no_effect, "org.apache.kafka.common.serialization.ByteArraySerializer",
     "records are octets; turn values into them yourself"},
};
static_assert(std::ranges::is_sorted(table, {}, &foreign_key::name));

bool covers(std::string_view name, std::string_view key) noexcept {
  if (!name.ends_with('*')) return name == key;
  return key.starts_with(name.substr(0, name.size() - 1));
}

}  // namespace

bool foreign_key::asks_for_nothing(std::string_view value) const noexcept {
  if (value.empty()) return true;
  auto rest = harmless;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == value) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

std::span<const foreign_key> foreign_keys() noexcept { return table; }

const foreign_key* find_foreign_key(std::string_view name) noexcept {
  const auto found =
      std::ranges::find_if(table, [&](const foreign_key& line) { return covers(line.name, name); });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace kwire::core
