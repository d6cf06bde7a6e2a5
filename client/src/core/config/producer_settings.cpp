#include "core/config/producer_settings.hpp"

namespace kwire::core {
namespace {

constexpr std::int64_t longest_ms = 0x7fffffff;
constexpr choice acks_words[] = {{"all", -1}, {"-1", -1}, {"0", 0}, {"1", 1}};
constexpr choice codec_words[] = {{"none", 0}, {"gzip", 1}, {"snappy", 2}, {"lz4", 3}, {"zstd", 4}};
constexpr auto as_number(auto value) { return static_cast<std::int64_t>(value); }

using kind = partitioner_kind;
constexpr choice partitioner_words[] = {
    {"murmur2_random", as_number(kind::murmur2_random)},
    {"murmur2", as_number(kind::murmur2)},
    {"consistent", as_number(kind::consistent)},
    {"consistent_random", as_number(kind::consistent_random)},
    {"fnv1a", as_number(kind::fnv1a)},
    {"fnv1a_random", as_number(kind::fnv1a_random)},
    {"random", as_number(kind::random)},
    {"sticky", as_number(kind::sticky)},
    {"round_robin", as_number(kind::round_robin)},
    {"org.apache.kafka.clients.producer.internals.DefaultPartitioner", as_number(kind::murmur2_random)},
    {"org.apache.kafka.clients.producer.UniformStickyPartitioner", as_number(kind::sticky)},
    {"org.apache.kafka.clients.producer.RoundRobinPartitioner", as_number(kind::round_robin)}};

}  // namespace

void producer_settings::describe(setting_visitor& v) {
  describe_delivery(v);
  describe_content(v);
  describe_transactions(v);
}

/// How batches are sent and what their records are promised.
void producer_settings::describe_delivery(setting_visitor& v) {
  v.one_of("acks", acks, acks_words,
           {.doc = "Replicas that must have a record before it counts as persisted.",
            .aliases = "request.required.acks"});
  v.flag(
      "enable.idempotence", idempotence,
      {.doc = "No duplicates and no reordering by retries (KIP-98). Left at its default, it is dropped with "
              "a warning where the broker or acks do not allow it."});
  v.time("linger.ms", linger,
         {.doc = "How long a batch that is not full waits for more records.",
          .aliases = "queue.buffering.max.ms",
          .min = 0,
          .max = 900'000});
  v.number("batch.size", batch_size,
           {.doc = "Largest batch in octets, before compression. Java's default is 16384; here it bounds "
                   "buffers that grow on demand.",
            .min = 512,
            .max = 64 * 1024 * 1024});
  v.number(
      "buffer.memory", buffer_memory,
      {.doc = "Octets of batches, and of the reports wanted of them, that may wait or be under way; then "
              "produce waits. Unless it is given, 32768 more are allowed for each partition that is written "
              "to, up to 67108864 in all. Java's default is 33554432 for batches alone.",
       .min = 64 * 1024,
       .max = std::int64_t{1} << 40});
  v.number("queue.buffering.max.kbytes", buffer_kbytes,
           {.doc = "buffer.memory in KiB, as librdkafka counts it; 0 leaves it to buffer.memory.",
            .min = 0,
            .max = 2'147'483'647});
  v.time("max.block.ms", max_block,
         {.doc = "How long produce may wait for metadata or room.", .min = 0, .max = longest_ms});
  v.time("delivery.timeout.ms", delivery_timeout,
         {.doc = "Upper limit from produce to the outcome, retries included (KIP-91).",
          .aliases = "message.timeout.ms",
          .min = 1,
          .max = longest_ms});
  v.number("max.request.size", max_request_size,
           {.doc = "Largest record accepted, in octets.",
            .aliases = "message.max.bytes",
            .min = 1000,
            .max = 1'000'000'000});
  v.number("max.in.flight.requests.per.connection", max_in_flight,
           {.doc = "Produce requests a broker may have unanswered.",
            .aliases = "max.in.flight",
            .min = 1,
            .max = 1'000'000});
  v.number("retries", retries,
           {.doc = "How often a batch is sent again; delivery.timeout.ms ends it in any case.",
            .aliases = "message.send.max.retries",
            .min = 0,
            .max = 2'147'483'647});
  v.time(
      "topic.metadata.propagation.max.ms", topic_propagation,
      {.doc = "How long a topic that the cluster does not know is waited for.", .min = 0, .max = 3'600'000});
}

/// What goes into a batch, and into which.
void producer_settings::describe_content(setting_visitor& v) {
  v.one_of("compression.type", codec, codec_words,
           {.doc = "Compression of batches.", .aliases = "compression.codec"});
  v.number("compression.gzip.level", gzip_level, {.doc = "1 to 9, -1 the codec's own.", .min = -1, .max = 9});
  v.number("compression.lz4.level", lz4_level, {.doc = "1 to 17.", .min = 1, .max = 17});
  v.number("compression.zstd.level", zstd_level, {.doc = "-131072 to 22.", .min = -131072, .max = 22});
  v.number(
      "compression.level", level,
      {.doc = "Level of the codec that compression.type names, instead of that codec's own key; -1 leaves "
              "it to that.",
       .min = -1,
       .max = 22});
  v.one_of(
      "partitioner", partitioner, partitioner_words,
      {.doc =
           "How records without a partition get one. murmur2_random is the Java client's way: null keys "
           "stick to a partition for batch.size octets, all others are hashed; consistent (CRC32) and fnv1a "
           "are librdkafka's; *_random without a key, sticky for all records stick likewise.",
       .aliases = "partitioner.class"});
  v.flag("partitioner.adaptive.partitioning.enable", adaptive,
         {.doc = "Records that stick go less often to partitions with batches on their way (KIP-794)."});
  v.time("partitioner.availability.timeout.ms", availability_timeout,
         {.doc = "Records that stick avoid a broker that has not answered for that long; 0 never (KIP-794).",
          .min = 0,
          .max = longest_ms});
  v.flag("partitioner.ignore.keys", ignore_keys, {.doc = "Records with a key stick too (KIP-794)."});
  v.flag("allow.auto.create.topics", create_topics,
         {.doc = "Let the broker create topics that are produced to, if it is configured to."});
  v.flag("delivery.report.poll", report_by_poll,
         {.doc = "Run delivery callbacks inside producer.poll() only."});
  v.flag(
      "delivery.report.record", report_record,
      {.doc = "Delivery reports show the record: batches stay in memory, and in buffer.memory, until their "
              "reports have run."});
}

void producer_settings::describe_transactions(setting_visitor& v) {
  v.text("transactional.id", transactional_id,
         {.doc = "Name of a producer that writes transactions (KIP-98). A second producer of the same name "
                 "takes over "
                 "and ends what the first has open; keep it the same over restarts."});
  v.time("transaction.timeout.ms", transaction_timeout,
         {.doc = "How long a transaction may stay open before its coordinator aborts it; brokers have a "
                 "limit for it "
                 "(transaction.max.timeout.ms, 15 minutes).",
          .min = 1,
          .max = longest_ms});
}

void producer_settings::read(config_reader& reader) {
  reader.read(*this);
  idempotence_explicit = reader.given("enable.idempotence") && idempotence;
  buffer_explicit = reader.given("buffer.memory") || buffer_kbytes > 0;
  if (buffer_kbytes > 0) {
    if (reader.given("buffer.memory") && buffer_memory != buffer_kbytes * 1024) {
      reader.fault("queue.buffering.max.kbytes contradicts buffer.memory: they are the same option");
    }
    buffer_memory = buffer_kbytes * 1024;
  }
  if (level >= 0) apply_level(reader);
  const bool weak_acks = acks != -1;
  if (!transactional_id.empty()) {
    if (!idempotence) reader.fault("transactional.id needs enable.idempotence=true");
    idempotence_explicit = true;
  }
  if (idempotence_explicit) {
    if (weak_acks) reader.fault("enable.idempotence=true needs acks=all");
    if (max_in_flight > 5)
      reader.fault("enable.idempotence=true needs max.in.flight.requests.per.connection of 5 at most");
    if (retries == 0) reader.fault("enable.idempotence=true needs retries above 0");
  } else if (weak_acks || max_in_flight > 5 || retries == 0) {
    idempotence = false;
  }
  if (linger > delivery_timeout) reader.fault("delivery.timeout.ms must not be below linger.ms");
  if (buffer_memory < batch_size) reader.fault("buffer.memory must hold one batch of batch.size");
}

/// One key for all codecs, as librdkafka has it. Each codec's limits are those of its own key.
void producer_settings::apply_level(config_reader& reader) {
  const auto give = [&](std::int64_t& field, std::string_view key, std::int64_t least, std::int64_t most) {
    if (reader.given(key) && field != level) {
      reader.fault("compression.level contradicts " + std::string{key} + ": they are the same option");
    } else if (level < least || level > most) {
      reader.fault("compression.level=" + std::to_string(level) + ": must be within " +
                   std::to_string(least) + ".." + std::to_string(most) + " for this codec");
    }
    field = level;
  };
  switch (codec) {
    case protocol::codec::gzip: return give(gzip_level, "compression.gzip.level", 0, 9);
    case protocol::codec::lz4: return give(lz4_level, "compression.lz4.level", 1, 17);
    case protocol::codec::zstd: return give(zstd_level, "compression.zstd.level", 0, 22);
    default: return;  // nothing to set
  }
}

protocol::compression producer_settings::compression() const {
  switch (codec) {
    case protocol::codec::gzip: return {codec, static_cast<int>(gzip_level)};
    case protocol::codec::lz4: return {codec, static_cast<int>(lz4_level)};
    case protocol::codec::zstd: return {codec, static_cast<int>(zstd_level)};
    default: return {codec};
  }
}

}  // namespace kwire::core
