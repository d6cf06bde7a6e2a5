#include "broker.hpp"

#include <kwire/broker/broker.hpp>
#include <semaphore>
#include <stop_token>
#include <system_error>

#include "commands.hpp"
#include "session.hpp"
#include "signals.hpp"

namespace kwire::cli {
namespace {

constexpr option_spec options[] = {
    {'l', "listen", "HOST:PORT", "where to listen; port 0 takes a free one (default: 127.0.0.1:9092)"},
    {'t', "topics", "TOPIC[:PARTITIONS],...", "topics to begin with (may be repeated)"},
    {'n', "brokers", "COUNT", "size of the cluster; each broker takes the next port (default: 1)"},
    {'a', "advertise", "HOST", "host that clients are told to connect to"},
    {'p', "default-partitions", "COUNT", "partitions of topics that clients create by asking (default: 1)"},
    {0, "no-auto-create", "", "asking for a topic does not create it"},
    {0, "retention-bytes", "OCTETS", "what each partition keeps at most (default: everything)"},
    {0, "data-dir", "DIR", "keeps everything there, and begins with what is there (default: in memory only)"},
    {0, "fsync", "", "with --data-dir: answers wait for the disk"},
};

constexpr std::string_view details =
    "A Kafka broker with everything in memory, for tests and experiments. Prints \"listening on HOST:PORT\" "
    "(of several brokers with commas between them) when it is ready and runs until SIGINT or SIGTERM. With "
    "-v clients that come and go are told on standard error.";

void tell_clients(broker_options& chosen) {
  chosen.on_client([](const broker_client_event& e) {
    using kind = broker_client_event::kind;
    std::string line = "kwire: " + e.address;
    line += e.what == kind::connected    ? " connected"
            : e.what == kind::identified ? " is " + e.client_id
                                         : " disconnected";
    if (e.what == kind::identified && !e.software_name.empty()) {
      line += " (" + e.software_name + " " + e.software_version + ")";
    }
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
  });
}

int run(session& here) {
  const auto& args = here.args();
  broker_options chosen;
  chosen.listen(args.value("listen").value_or("127.0.0.1:9092"));
  for (const auto& list : args.values("topics")) {
    for (const auto& [name, partitions] : parse_topics(list)) chosen.topic(name, partitions);
  }
  if (const auto count = args.number("brokers", 1, 1000)) chosen.brokers(static_cast<std::int32_t>(*count));
  if (const auto host = args.value("advertise")) chosen.advertise(*host);
  if (const auto count = args.number("default-partitions", 1, 100'000)) {
    chosen.default_partitions(static_cast<std::int32_t>(*count));
  }
  if (args.has("no-auto-create")) chosen.auto_create(false);
  if (const auto limit = args.number("retention-bytes", 1, INT64_MAX)) {
    chosen.retention_bytes(static_cast<std::size_t>(*limit));
  }
  if (const auto directory = args.value("data-dir")) {
    if (directory->empty()) throw usage_error{"--data-dir: needs a directory"};
    chosen.data_dir(*directory);
  }
  if (args.has("fsync")) {
    if (chosen.data_dir().empty()) throw usage_error{"--fsync: only with --data-dir"};
    chosen.fsync(true);
  }
  chosen.on_notice([](const std::string& line) {
    const auto whole = "kwire: " + line + "\n";
    std::fwrite(whole.data(), 1, whole.size(), stderr);
  });
  std::binary_semaphore over{0};
  std::string failed_with;
  chosen.on_failure([&](const std::string& why) {
    failed_with = why;
    over.release();
  });
  if (here.verbosity() > 0) tell_clients(chosen);
  try {
    broker running{chosen};
    here.out().write("listening on " + running.bootstrap_servers() + "\n");
    here.out().flush();
    std::stop_callback on_stop{stop_requested(), [&] { over.release(); }};
    over.acquire();
    running.stop();
    if (!failed_with.empty()) throw failure{failed_with};
  } catch (const std::invalid_argument& wrong) {
    throw usage_error{wrong.what()};
  } catch (const std::system_error& failed) {
    throw failure{"cannot listen on " + chosen.listen() + ": " + failed.code().message() +
                  "; choose another address with --listen"};
  } catch (const std::runtime_error& unusable) {
    if (chosen.data_dir().empty()) throw;
    throw failure{unusable.what()};
  }
  return 0;
}

}  // namespace

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
