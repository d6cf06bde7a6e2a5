#include "core/config/client_settings.hpp"

namespace kwire::core {
namespace {

constexpr choice recovery_words[] = {{"rebootstrap", 1}, {"none", 0}};
constexpr choice family_words[] = {{"any", 0}, {"v4", 1}, {"v6", 2}};
constexpr choice security_words[] = {{"plaintext", 0}, {"PLAINTEXT", 0}};
constexpr std::int64_t longest_ms = 0x7fffffff;  // times travel as 32-bit milliseconds

}  // namespace

void client_settings::describe(setting_visitor& v) {
  describe_cluster(v);
  describe_sockets(v);
  describe_rest(v);
}

/// Where to connect, how often to try, how long to wait.
void client_settings::describe_cluster(setting_visitor& v) {
  v.words("bootstrap.servers", bootstrap_servers,
          {.doc = "Brokers to start from, host:port separated by commas; [v6]:port for IPv6 literals.",
           .aliases = "metadata.broker.list"});
  v.text("client.id", client_id, {.doc = "Name of this application in the brokers' logs and quotas."});
  v.one_of("security.protocol", security, security_words, {.doc = "How connections are secured."});
  v.time("connections.max.idle.ms", connections_max_idle,
         {.doc = "A connection unused for that long is closed; -1 never.", .min = -1, .max = longest_ms});
  v.time("reconnect.backoff.ms", reconnect_backoff,
         {.doc = "First pause before a broker is tried again; doubles, with 20 % jitter (KIP-144).",
          .min = 0,
          .max = longest_ms});
  v.time("reconnect.backoff.max.ms", reconnect_backoff_max,
         {.doc = "Longest pause before a broker is tried again.", .min = 0, .max = longest_ms});
  v.time("retry.backoff.ms", retry_backoff,
         {.doc = "First pause before a refused request is repeated; doubles, with 20 % jitter (KIP-580).",
          .min = 0,
          .max = longest_ms});
  v.time("retry.backoff.max.ms", retry_backoff_max,
         {.doc = "Longest pause before a refused request is repeated.", .min = 0, .max = longest_ms});
  v.time("request.timeout.ms", request_timeout,
         {.doc = "Longest wait for an answer; then the connection is given up.",
          .aliases = "socket.timeout.ms",
          .min = 1,
          .max = longest_ms});
  v.time("socket.connection.setup.timeout.ms", connection_setup_timeout,
         {.doc = "Limit for a whole connection set-up (TCP, TLS, ApiVersions, SASL); doubles up to the max.",
          .min = 1,
          .max = longest_ms});
  v.time("socket.connection.setup.timeout.max.ms", connection_setup_timeout_max,
         {.doc = "Upper limit of the set-up time-out.", .min = 1, .max = longest_ms});
  v.time("metadata.max.age.ms", metadata_max_age,
         {.doc = "Metadata is refreshed at least that often.",
          .aliases = "topic.metadata.refresh.interval.ms",
          .min = 0,
          .max = longest_ms});
  v.one_of("metadata.recovery.strategy", recovery, recovery_words,
           {.doc = "What to do when no learned broker is reachable (KIP-899)."});
  v.time("metadata.recovery.rebootstrap.trigger.ms", rebootstrap_trigger,
         {.doc = "Without metadata for that long, the bootstrap list is used again (KIP-1102).",
          .min = 0,
          .max = longest_ms});
}

void client_settings::describe_sockets(setting_visitor& v) {
  v.number("send.buffer.bytes", send_buffer_bytes,
           {.doc = "SO_SNDBUF; -1 leaves it to the system.",
            .aliases = "socket.send.buffer.bytes",
            .min = -1,
            .max = longest_ms});
  v.number("receive.buffer.bytes", receive_buffer_bytes,
           {.doc = "SO_RCVBUF; -1 leaves it to the system.",
            .aliases = "socket.receive.buffer.bytes",
            .min = -1,
            .max = longest_ms});
  v.flag("socket.keepalive.enable", keepalive, {.doc = "TCP keepalive on broker connections."});
  v.time("socket.tcp.user.timeout.ms", tcp_user_timeout,
         {.doc = "TCP_USER_TIMEOUT; 0 takes request.timeout.ms.", .min = 0, .max = longest_ms});
  v.one_of("broker.address.family", family, family_words, {.doc = "Address family of broker connections."});
  v.number("receive.message.max.bytes", receive_message_max_bytes,
           {.doc = "Largest answer taken from a broker; a larger one ends the connection.",
            .min = 1000,
            .max = longest_ms});
}

void client_settings::describe_rest(setting_visitor& v) {
  v.flag("api.version.request", api_version_request,
         {.doc = "Ask brokers which versions they speak; off needs broker.version.fallback."});
  v.time("api.version.request.timeout.ms", api_version_request_timeout,
         {.doc = "How long a broker may take to answer ApiVersions.", .min = 1, .max = longest_ms});
  v.text("broker.version.fallback", broker_version_fallback,
         {.doc = "Kafka release (such as 0.9.0.1) assumed of brokers that do not answer ApiVersions."});
  v.time("close.timeout.ms", close_timeout,
         {.doc = "How long destructors may flush, commit and leave.", .min = 0, .max = longest_ms});
  v.number("log_level", log_level,
           {.doc = "Least severity of the lines on standard error: 3 error, 4 warning, 6 info, 7 debug.",
            .min = 0,
            .max = 7});
  v.words("debug", debug,
          {.doc = "Parts to log in detail: broker, metadata, msg, protocol, cgrp, fetch, consumer, eos, "
                  "security, all."});
}

}  // namespace kwire::core
