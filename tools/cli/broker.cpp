#include "broker.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <kwire/broker/broker.hpp>
#include <memory>
#include <semaphore>
#include <stop_token>
#include <system_error>

#include "commands.hpp"
#include "session.hpp"
#include "signals.hpp"

namespace kwire::cli {
namespace {

constexpr option_spec options[] = {
    {'l', "listen", "[PROTOCOL://]HOST:PORT",
     "where to listen; port 0 takes a free one (default: 127.0.0.1:9092); may be repeated, with plaintext, "
     "ssl, "
     "sasl_plaintext or sasl_ssl as protocol"},
    {'t', "topics", "TOPIC[:PARTITIONS],...", "topics to begin with (may be repeated)"},
    {'n', "brokers", "COUNT", "size of the cluster; each broker takes the next port (default: 1)"},
    {'a', "advertise", "HOST", "host that clients are told to connect to"},
    {'p', "default-partitions", "COUNT", "partitions of topics that clients create by asking (default: 1)"},
    {0, "no-auto-create", "", "asking for a topic does not create it"},
    {0, "retention-bytes", "OCTETS", "what each partition keeps at most (default: everything)"},
    {0, "discard", "", "keep no records: answer producers and forget what they sent, to measure them"},
    {0, "data-dir", "DIR", "keeps everything there, and begins with what is there (default: in memory only)"},
    {0, "fsync", "", "with --data-dir: answers wait for the disk"},
    {0, "as", "RELEASE",
     "play a release of Kafka, like 0.11, 1.1, 2.8, 3.9, 4.1: its APIs, versions, features"},
    {0, "control", "HOST:PORT", "take orders by HTTP there; GET / tells which"},
    {0, "user", "NAME:PASSWORD", "let in by SASL: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 (may be repeated)"},
    {0, "sasl-session", "MS", "clients have to authenticate again after so long (default: never)"},
    {0, "tls", "", "TLS where --listen names no protocol, with a certificate made for the purpose"},
    {0, "tls-ca-out", "FILE", "write the certificate by which clients know that one"},
    {0, "tls-cert", "FILE", "the certificate (chain) instead, in PEM"},
    {0, "tls-key", "FILE", "and its key"},
    {0, "tls-client-ca", "FILE", "clients have to show a certificate that one of these has signed"},
    {0, "authorize", "", "clients need leave by ACLs for what they do"},
    {0, "super-user", "PRINCIPAL", "who needs none, like User:admin (may be repeated)"},
    {0, "log", "FILE", "tell there of clients that come and go, as -v does on standard error"},
};

constexpr std::string_view details =
    "A Kafka broker with everything in memory, for tests and experiments. Prints \"listening on HOST:PORT\" "
    "(of several brokers with commas between them) when it is ready, lines \"also listening on "
    "PROTOCOL://HOST:PORT\" and \"control on HOST:PORT\" before it, and runs until SIGINT or SIGTERM. With "
    "-v "
    "clients that come and go are told on standard error. Where --listen names no protocol, --tls makes it "
    "TLS "
    "and --user makes it SASL.";

/// Tells of clients on standard error, in a file, or both.
void tell_clients(broker_options& chosen, bool on_error, std::FILE* file) {
  if (!on_error && file == nullptr) return;
  chosen.on_client([on_error, file](const broker_client_event& e) {
    const auto line = describe(e) + "\n";
    if (on_error) std::fwrite(line.data(), 1, line.size(), stderr);
    if (file == nullptr) return;
    std::fwrite(line.data(), 1, line.size(), file);
    std::fflush(file);
  });
}

void choose_topics(const arguments& args, broker_options& chosen) {
  for (const auto& list : args.values("topics")) {
    for (const auto& [name, partitions] : parse_topics(list)) chosen.topic(name, partitions);
  }
  if (const auto count = args.number("default-partitions", 1, 100'000)) {
    chosen.default_partitions(static_cast<std::int32_t>(*count));
  }
  if (args.has("no-auto-create")) chosen.auto_create(false);
  chosen.discard(args.has("discard"));
  if (const auto limit = args.number("retention-bytes", 1, INT64_MAX)) {
    chosen.retention_bytes(static_cast<std::size_t>(*limit));
  }
}

void choose_listeners(const arguments& args, broker_options& chosen) {
  auto addresses = args.values("listen");
  if (addresses.empty()) addresses.emplace_back("127.0.0.1:9092");
  const std::string protocol = args.has("user")  ? args.has("tls") ? "sasl_ssl://" : "sasl_plaintext://"
                               : args.has("tls") ? "ssl://"
                                                 : "";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (addresses[i].find("://") == std::string::npos) addresses[i].insert(0, protocol);
    if (i == 0) {
      chosen.listen(addresses[i]);
    } else {
      chosen.also_listen(addresses[i]);
    }
  }
  if (const auto count = args.number("brokers", 1, 1000)) chosen.brokers(static_cast<std::int32_t>(*count));
  if (const auto host = args.value("advertise")) chosen.advertise(*host);
  if (const auto address = args.value("control")) chosen.control(*address);
  if (const auto line = args.value("as")) chosen.as(*line);
}

void choose_security(const arguments& args, broker_options& chosen) {
  for (const auto& text : args.values("user")) {
    const auto [name, password] = parse_user(text);
    chosen.user(name, password);
  }
  if (const auto ms = args.number("sasl-session", 1, 86'400'000)) {
    chosen.sasl_session(std::chrono::milliseconds{*ms});
  }
  const auto certificate = args.value("tls-cert");
  const auto key = args.value("tls-key");
  if (certificate.has_value() != key.has_value()) throw usage_error{"--tls-cert and --tls-key go together"};
  if (certificate && args.has("tls-ca-out")) {
    throw usage_error{"--tls-ca-out is for the certificate that is made, not for one of --tls-cert"};
  }
  if (certificate) chosen.tls(*certificate, *key);
  if (const auto file = args.value("tls-client-ca")) chosen.tls_client_ca(*file);
  if (args.has("super-user") && !args.has("authorize")) throw usage_error{"--super-user needs --authorize"};
  chosen.authorize(args.has("authorize"));
  for (const auto& principal : args.values("super-user")) chosen.super_user(principal);
}

void choose_directory(const arguments& args, broker_options& chosen) {
  if (const auto directory = args.value("data-dir")) {
    if (directory->empty()) throw usage_error{"--data-dir: needs a directory"};
    chosen.data_dir(*directory);
  }
  if (args.has("fsync") && chosen.data_dir().empty()) throw usage_error{"--fsync: only with --data-dir"};
  chosen.fsync(args.has("fsync"));
  chosen.on_notice([](const std::string& line) {
    const auto whole = "kwire: " + line + "\n";
    std::fwrite(whole.data(), 1, whole.size(), stderr);
  });
}

void write_ca(const broker& running, const std::string& file) {
  if (running.tls_ca().empty()) {
    throw usage_error{"--tls-ca-out: no listener has TLS; use --tls or --listen ssl://HOST:PORT"};
  }
  std::ofstream out{file, std::ios::trunc};
  out << running.tls_ca();
  out.close();
  if (!out) throw failure{"cannot write " + file};
}

/// The line that says that it is ready comes last.
void announce(session& here, const broker& running, const broker_options& chosen) {
  std::string text;
  for (std::size_t i = 1; i < chosen.listeners().size(); ++i) {
    const auto& wanted = chosen.listeners()[i];
    const auto slashes = wanted.find("://");
    const auto protocol = slashes == std::string::npos ? "" : wanted.substr(0, slashes + 3);
    text += "also listening on " + protocol + running.bootstrap_servers(i) + "\n";
  }
  if (!running.control_address().empty()) text += "control on " + running.control_address() + "\n";
  here.out().write(text + "listening on " + running.bootstrap_servers() + "\n");
  here.out().flush();
}

/// What an exception of the broker says, without whose it is.
std::string plain(const std::exception& wrong) {
  constexpr std::string_view prefix = "broker: ";
  const std::string_view text = wrong.what();
  return std::string{text.starts_with(prefix) ? text.substr(prefix.size()) : text};
}

int run(session& here) {
  const auto& args = here.args();
  broker_options chosen;
  choose_listeners(args, chosen);
  choose_topics(args, chosen);
  choose_security(args, chosen);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> log{nullptr, std::fclose};
  if (const auto file = args.value("log")) {
    log.reset(std::fopen(file->c_str(), "a"));
    if (!log) throw failure{"--log: cannot write " + *file + ": " + std::strerror(errno)};
  }
  tell_clients(chosen, here.verbosity() > 0, log.get());
  choose_directory(args, chosen);
  std::binary_semaphore over{0};
  std::string failed_with;
  chosen.on_failure([&](const std::string& why) {
    failed_with = why;
    over.release();
  });
  try {
    broker running{chosen};
    if (const auto file = args.value("tls-ca-out")) write_ca(running, *file);
    announce(here, running, chosen);
    std::stop_callback on_stop{stop_requested(), [&] { over.release(); }};
    over.acquire();
    running.stop();
    if (!failed_with.empty()) throw failure{failed_with};
  } catch (const std::invalid_argument& wrong) {
    throw usage_error{plain(wrong)};
  } catch (const std::system_error& failed) {
    throw failure{"cannot " + plain(failed) + "; choose another address"};
  } catch (const std::runtime_error& unusable) {
    if (chosen.data_dir().empty()) throw;
    throw failure{unusable.what()};
  }
  return 0;
}

}  // namespace

std::string describe(const broker_client_event& e) {
  using kind = broker_client_event::kind;
  auto line = "kwire: " + e.address;
  const auto as = e.principal == "User:ANONYMOUS" ? std::string{} : " as " + e.principal;
  switch (e.what) {
    case kind::connected: line += " connected" + as; break;
    case kind::identified:
      line += " is " + (e.client_id.empty() ? "nameless" : e.client_id);
      if (!e.software_name.empty()) line += " (" + e.software_name + " " + e.software_version + ")";
      break;
    case kind::authenticated: line += " authenticated" + as; break;
    case kind::disconnected:
      line += " disconnected" + (e.client_id.empty() ? "" : ", was " + e.client_id) + as;
      break;
  }
  return line;
}

std::pair<std::string, std::string> parse_user(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == text.npos || colon == 0 || colon + 1 == text.size()) {
    throw usage_error{"--user: \"" + std::string{text} + "\" is not NAME:PASSWORD"};
  }
  return {std::string{text.substr(0, colon)}, std::string{text.substr(colon + 1)}};
}

std::vector<std::pair<std::string, std::int32_t>> parse_topics(std::string_view list) {
  std::vector<std::pair<std::string, std::int32_t>> topics;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    const auto entry = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    const auto colon = std::min(entry.find(':'), entry.size());
    const auto count =
        colon == entry.size() ? std::optional<std::int64_t>{1} : parse_number(entry.substr(colon + 1));
    if (colon == 0 || !count || *count < 1 || *count > 100'000) {
      throw usage_error{"--topics: \"" + std::string{entry} + "\" is not TOPIC:PARTITIONS"};
    }
    topics.emplace_back(entry.substr(0, colon), static_cast<std::int32_t>(*count));
  }
  return topics;
}

const command_spec broker_command{"broker", "", "run an embedded broker", details, options, run, 0, 0};

}  // namespace kwire::cli
