// Tests: admin.cpp
// Tests: consume.cpp, group_reader.cpp, perf_consume.cpp, perf_latency.cpp
// Tests: perf_produce.cpp, produce.cpp, topics.cpp, admin.cpp, protocol.cpp, raw.cpp
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <kwire/broker/broker.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// The kwire command as a process, against an embedded broker.

using namespace kwire;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

struct outcome_of_run {
  int status = -1;
  std::string out;
  std::string err;
};

std::string read_all(int descriptor) {
  std::string text;
  char piece[4096];
  for (ssize_t count = 0; (count = ::read(descriptor, piece, sizeof piece)) > 0;) {
    text.append(piece, static_cast<std::size_t>(count));
  }
  ::close(descriptor);
  return text;
}

/// A running command. Standard input is a pipe that `feed` writes to and `finish` closes.
class command {
 public:
  explicit command(std::vector<std::string> words) {
    words.insert(words.begin(), KWIRE_COMMAND);
    int in[2], out[2], err[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(err, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    REQUIRE(::posix_spawn(&pid_, KWIRE_COMMAND, &actions, nullptr, argv.data(), environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    ::close(err[1]);
    in_ = in[1];
    out_ = std::thread{[this, end = out[0]] { result_.out = read_all(end); }};
    err_ = std::thread{[this, end = err[0]] { result_.err = read_all(end); }};
  }
  ~command() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    finish();
  }
  command(const command&) = delete;

  void feed(const std::string& text) {
    REQUIRE(::write(in_, text.data(), text.size()) == ssize_t(text.size()));
  }
  void signal(int number) { ::kill(pid_, number); }
  /// The end of the input is the end of the command, unless a signal is to be that.
  outcome_of_run finish() {
    ::close(std::exchange(in_, -1));
    return ended();
  }
  outcome_of_run ended() {
    out_.join();
    err_.join();
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    if (in_ >= 0) ::close(in_);
    result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result_;
  }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  std::thread out_, err_;
  outcome_of_run result_;
};

struct cli {
  explicit cli(broker_options options = broker_options{}.topic("t", 1).topic("many", 3)) : server(options) {}

  std::vector<std::string> words(std::initializer_list<std::string> given) const {
    std::vector<std::string> all{given};
    all.insert(all.end(), {"-b", server.bootstrap_servers()});
    return all;
  }
  outcome_of_run run(std::initializer_list<std::string> given, const std::string& input = {}) const {
    command process{words(given)};
    if (!input.empty()) process.feed(input);
    return process.finish();
  }
  template <class Condition>
  static bool eventually(Condition condition) {
    for (const auto until = steady_clock::now() + 20s; steady_clock::now() < until;) {
      if (condition()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

  broker server;
};

std::string lines(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) text += std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("what is produced is consumed, in the form that was asked for") {
  cli here;
  const auto made = here.run({"produce", "-t", "t", "-K:", "-H", "h=1", "-H", "n"}, "a:1\nb:\nplain\n:x\n");
  CHECK(made.status == 0);
  CHECK(made.err.empty());
  const auto records = here.server.log("t").records();
  REQUIRE(records.size() == 4);
  CHECK(records[0].key == "a");
  CHECK(records[1].value == "");
  CHECK_FALSE(records[2].key);
  CHECK(records[3].key == "");
  CHECK(records[0].headers.at(0).second == "1");
  CHECK_FALSE(records[0].headers.at(1).second);
  CHECK(here.run({"consume", "-t", "t", "-e", "-f", "%o:%k=%s,"}).out == "0:a=1,1:b=,2:=plain,3:=x,");
  CHECK(here.run({"consume", "-t", "t", "-e", "-o", "-1"}).out == "x\n");
  CHECK(here.run({"consume", "-t", "t", "-e", "-o", "2", "-c", "1"}).out == "plain\n");
  CHECK(here.run({"consume", "-t", "t", "-e", "-o", "end"}).out.empty());
  const auto json = boost::json::parse(here.run({"consume", "-t", "t", "-c", "1", "-J"}).out);
  CHECK(json.at("broker").as_int64() == 1);
  CHECK(json.at("headers").as_array().size() == 4);
}

TEST_CASE("files are a record each, or with -l a record a line; -Z, -p, -z and --tee") {
  cli here;
  char name[] = "/tmp/kwire-cli-XXXXXX";
  const int file = ::mkstemp(name);
  REQUIRE(::write(file, "a\nb\n", 4) == 4);
  ::close(file);
  CHECK(here.run({"produce", "-t", "many", "-p", "2", "-z", "zstd", name}).status == 0);
  CHECK(here.server.log("many", 2).records().at(0).value == "a\nb\n");
  const auto tee = here.run({"produce", "-t", "many", "-p", "1", "-l", "--tee", name});
  CHECK(tee.out == "a\nb\n");
  CHECK(here.server.log("many", 1).size() == 2);
  CHECK(here.run({"produce", "-t", "t", "-Z", "-K:"}, "k:\n").status == 0);
  CHECK_FALSE(here.server.log("t").records().at(0).value);
  CHECK(here.run({"produce", "-t", "t", "/nonexistent"}).status == 1);
  ::unlink(name);
}

TEST_CASE("a group commits what was printed, no more") {
  cli here;
  REQUIRE(here.run({"produce", "-t", "t"}, lines(1, 10)).status == 0);
  CHECK(here.run({"consume", "-G", "g", "t", "-o", "beginning", "-c", "3"}).out == lines(1, 3));
  CHECK(here.server.committed("g", "t") == 3);
  CHECK(here.run({"consume", "-G", "g", "t", "-e", "-X", "enable.auto.commit=false"}).out == lines(4, 10));
  CHECK(here.server.committed("g", "t") == 3);
  CHECK(here.run({"consume", "-G", "g", "t", "-e"}).out == lines(4, 10));
  CHECK(here.server.committed("g", "t") == 10);
  const auto described = here.run({"groups", "describe", "g", "-q"});
  CHECK(described.out.find("g     t     0         10             10             0   -") != std::string::npos);
  CHECK(here.run({"groups", "list"}).out == "g\n");
}

TEST_CASE("a member ends within a second of SIGTERM, having committed and left") {
  cli here;
  command process{here.words({"consume", "-G", "g", "t", "-o", "beginning", "-q"})};
  REQUIRE(here.run({"produce", "-t", "t"}, lines(1, 5)).status == 0);
  std::this_thread::sleep_for(500ms);
  const auto began = steady_clock::now();
  process.signal(SIGTERM);
  const auto ended = process.finish();
  CHECK(steady_clock::now() - began < 5s);  // a second is what is promised; machines that run tests are busy
  CHECK(ended.status == 0);
  if (!ended.out.empty()) CHECK(here.server.committed("g", "t") == 5);
  CHECK(here.run({"groups", "describe", "g", "--state"}).out.find("Empty") != std::string::npos);
}

TEST_CASE("produce ends on a signal and says how far it got") {
  cli here;
  command process{here.words({"produce", "-t", "t"})};
  process.feed(lines(1, 3));
  REQUIRE(cli::eventually([&] { return here.server.log("t").size() == 3; }));
  process.signal(SIGINT);
  const auto ended = process.ended();
  CHECK(ended.status == 0);
  CHECK(ended.err.find("all 3 records") != std::string::npos);
}

TEST_CASE("records that cannot be delivered are counted") {
  cli here;
  here.server.fail(api::produce, broker_errc::invalid_record, 100);
  const auto refused = here.run({"produce", "-t", "t"}, lines(1, 3));
  CHECK(refused.status == 1);
  CHECK(refused.err.find("0 of 3 records delivered, 3 not") != std::string::npos);
  CHECK(refused.err.find("INVALID_RECORD") != std::string::npos);
}

TEST_CASE("a cluster that cannot be reached ends every command with 1 and one line") {
  const auto began = steady_clock::now();
  for (const auto& words : std::vector<std::vector<std::string>>{{"metadata"},
                                                                 {"topics", "list"},
                                                                 {"topics", "create", "x"},
                                                                 {"groups", "list"},
                                                                 {"groups", "describe", "g"},
                                                                 {"query", "-t", "t:0:-1"},
                                                                 {"consume", "-t", "t", "-q"},
                                                                 {"consume", "-G", "g", "t", "-q"},
                                                                 {"perf", "produce", "-t", "t", "-q"}}) {
    auto all = words;
    all.insert(all.end(), {"-b", "127.0.0.1:1", "-m", "1"});
    command process{all};
    const auto ended = process.finish();
    CAPTURE(words.front());
    CAPTURE(ended.err);
    CHECK(ended.status == 1);
    CHECK(std::ranges::count(ended.err, '\n') == 1);
    CHECK(ended.err.find("Connection refused") != std::string::npos);
  }
  CHECK(steady_clock::now() - began < 60s);
}

TEST_CASE("topics are made, described and removed") {
  cli here;
  CHECK(here.run({"topics", "create", "new", "-p", "2"}).status == 0);
  CHECK(here.run({"topics", "create", "new"}).status == 1);
  CHECK(here.run({"topics", "create", "new", "--if-not-exists"}).status == 0);
  CHECK(here.run({"topics", "list"}).out == "many\nnew\nt\n");
  CHECK(here.run({"topics", "describe", "new"}).out.find("PartitionCount: 2") != std::string::npos);
  CHECK(here.run({"topics", "delete", "new"}).status == 0);
  CHECK(here.run({"topics", "delete", "new"}).status == 1);
  CHECK(here.run({"topics", "delete", "new", "--if-exists"}).status == 0);
  CHECK(here.run({"topics", "describe", "new"}).status == 1);
}

TEST_CASE("query tells offsets as kcat does") {
  cli here;
  REQUIRE(here.run({"produce", "-t", "t"}, lines(1, 3)).status == 0);
  CHECK(here.run({"query", "-t", "t:0:-1"}).out == "t [0] offset 3\n");
  CHECK(here.run({"query", "-t", "t:0:-2"}).out == "t [0] offset 0\n");
  CHECK(here.run({"query", "-t", "t:7:-2"}).status == 1);
}

TEST_CASE("raw sends any request, and a template shows what to fill") {
  cli here;
  const auto answer =
      here.run({"raw", "--api", "metadata", "--version", "9", R"({"topics":[{"name":"many"}]})"});
  REQUIRE_MESSAGE(answer.status == 0, answer.err);
  const auto metadata = boost::json::parse(answer.out);
  CHECK(metadata.at("topics").at(0).at("partitions").as_array().size() == 3);
  CHECK(here.run({"raw", "-a", "18", "--broker", "1"}).out.find("\"apiKeys\"") != std::string::npos);
  CHECK(here.run({"raw", "-a", "DescribeGroups", "-G", "g", "-", "-V", "0"}, R"({"groups":["g"]})")
            .out.find("\"groupId\": \"g\"") != std::string::npos);
  CHECK(here.run({"raw", "-a", "ApiVersions", "-V", "0", "--hex"}).out.starts_with("0000"));

  const auto form =
      boost::json::parse(here.run({"raw", "--api", "Fetch", "--version", "12", "--template"}).out);
  CHECK(form.at("topics").at(0).at("partitions").at(0).at("partitionMaxBytes").as_int64() == 0);
  CHECK(form.at("clusterId").is_null());

  const auto wrong = here.run({"raw", "--api", "Metadata", "--version", "9", R"({"topics":[{"nmae":"t"}]})"});
  CHECK(wrong.status == 2);
  CHECK(wrong.err.find("topics[0].nmae: no such field; there are: name") != std::string::npos);
  CHECK(here.run({"raw", "--api", "Metadata", "--version", "99"}).status == 2);
  const auto alike = here.run({"raw", "--api", "Metdata"});
  CHECK(alike.status == 2);
  CHECK(alike.err.find("did you mean Metadata?") != std::string::npos);
  CHECK(here.run({"raw", "--api", "Metadata", "@/nonexistent"}).status == 1);
}

TEST_CASE("protocol lists the APIs, their fields and what decoding can cost") {
  cli here;
  const auto table = here.run({"protocol"}).out;
  CHECK(std::ranges::count(table, '\n') == 96);
  CHECK(table.find("StreamsGroupTopologyDescriptionUpdate") != std::string::npos);
  const auto all = boost::json::parse(here.run({"protocol", "--json"}).out);
  CHECK(all.as_array().size() == 95);
  CHECK(all.at(22).at("latestStableVersion").as_int64() == 5);
  CHECK(all.at(22).at("maxVersion").as_int64() == 6);
  const auto fetch = here.run({"protocol", "--api", "fetch"}).out;
  CHECK(fetch.find("17=3.9") != std::string::npos);
  CHECK(fetch.find("replicaDirectoryId") != std::string::npos);
  const auto one = boost::json::parse(here.run({"protocol", "-a", "1", "-J"}).out);
  CHECK(one.at("request").at("fields").as_array().size() > 5);
  CHECK(here.run({"protocol", "--limits"}).out.find("MetadataResponse") != std::string::npos);
}

TEST_CASE("measurements print their line") {
  cli here;
  const auto parsed = [](const outcome_of_run& ended) {
    CAPTURE(ended.err);
    REQUIRE(ended.status == 0);
    return boost::json::parse(ended.out).as_object();
  };
  CHECK(
      parsed(here.run({"perf", "produce", "-t", "many", "-c", "2000", "--json"})).at("records").as_int64() ==
      2000);
  CHECK(
      parsed(here.run({"perf", "consume", "-t", "many", "-c", "2000", "--json"})).at("records").as_int64() ==
      2000);
  const auto latency = parsed(here.run({"perf", "latency", "-t", "t", "-c", "20", "--json"}));
  CHECK(latency.at("p50_us").as_double() > 0);
  CHECK(parsed(here.run({"perf", "latency", "-t", "t", "-c", "20", "-r", "500", "--json"}))
            .contains("p999_us"));
  const auto few = here.run({"perf", "consume", "-t", "t", "-c", "1000", "-m", "1"});
  CHECK(few.status == 1);
  CHECK(few.err.find("40 of 1000") != std::string::npos);
}

TEST_CASE("a reader that goes away ends consuming quietly") {
  cli here;
  REQUIRE(here.run({"perf", "produce", "-t", "t", "-c", "20000", "-q"}).status == 0);
  const auto script = std::string{KWIRE_COMMAND} + " consume -t t -q -b " + here.server.bootstrap_servers() +
                      " | head -n 1 > /dev/null; exit ${PIPESTATUS[0]}";
  CHECK(::system(("bash -c '" + script + "'").c_str()) == 0);
}

TEST_CASE("the broker command serves until it is told to stop") {
  command server{{"broker", "--listen", "127.0.0.1:0", "--topics", "x:2", "-v"}};
  std::this_thread::sleep_for(300ms);
  server.signal(SIGTERM);
  const auto ended = server.finish();
  CHECK(ended.status == 0);
  CHECK(ended.out.starts_with("listening on 127.0.0.1:"));
  command wrong{{"broker", "--topics", "x:0"}};
  CHECK(wrong.finish().status == 2);
}

TEST_CASE("each mistake in the broker's options is one clear line") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes = {
      {{"--topics", "x:0"}, "\"x:0\" is not TOPIC:PARTITIONS"},
      {{"--topics", "a b"}, "topic name a b"},
      {{"--listen", "nowhere"}, "needs HOST:PORT"},
      {{"--listen", "ftp://127.0.0.1:0"}, "not \"ftp\""},
      {{"--as", "0.7"}, "\"0.7\" is no release of Kafka"},
      {{"--brokers", "0"}, "--brokers"},
      {{"--user", "alice"}, "is not NAME:PASSWORD"},
      {{"--tls-cert", "/tmp/x"}, "--tls-cert and --tls-key go together"},
      {{"--tls-ca-out", "/tmp/x"}, "no listener has TLS"},
      {{"--tls-client-ca", "/no/such"}, "no listener is ssl"},
      {{"--tls", "--tls-client-ca", "/no/such"}, "cannot read /no/such"},
      {{"--super-user", "User:a"}, "--super-user needs --authorize"},
      {{"--authorize", "--super-user", "a"}, "is no principal like User:admin"},
      {{"--control", "x"}, "needs HOST:PORT"},
      {{"--sasl-session", "0"}, "--sasl-session"},
  };
  for (const auto& [options, expected] : mistakes) {
    CAPTURE(expected);
    std::vector<std::string> words{"broker", "--listen", "127.0.0.1:0"};
    words.insert(words.end(), options.begin(), options.end());
    command process{words};
    const auto ended = process.finish();
    CHECK(ended.status == 2);
    CAPTURE(ended.err);
    CHECK(ended.err.find(expected) != std::string::npos);
    CHECK(ended.err.starts_with("kwire: "));
    CHECK(ended.out.empty());
  }
  cli taken;
  command late{{"broker", "--listen", taken.server.bootstrap_servers()}};
  const auto refused = late.finish();
  CHECK(refused.status == 1);
  CHECK(refused.err == "kwire: cannot listen on " + taken.server.bootstrap_servers() +
                           ": Address already in use; choose another address\n");
  command unwritable{{"broker", "--listen", "127.0.0.1:0", "--log", "/no/such/folder/log"}};
  CHECK(unwritable.finish().status == 1);
}
