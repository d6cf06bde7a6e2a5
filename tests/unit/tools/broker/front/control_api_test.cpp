// Tests: broker_controls.cpp, cluster_view.cpp, control_faults.cpp, control_fields.cpp, control_server.cpp
#include "front/control_api.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>

#include "front/broker_impl.hpp"

namespace kwire::embedded {
namespace {

namespace json = boost::json;

/// Talks HTTP with plain sockets; gives the whole conversation until the server hangs up.
std::string talk(std::uint16_t port, const std::string& text) {
  const int at = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval limit{15, 0};
  ::setsockopt(at, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  REQUIRE(::connect(at, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  for (std::size_t sent = 0; sent < text.size();) {
    const auto more = ::send(at, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (more <= 0) break;
    sent += static_cast<std::size_t>(more);
  }
  std::string answer;
  char piece[4096];
  for (ssize_t got = 0; (got = ::recv(at, piece, sizeof piece, 0)) > 0;) {
    answer.append(piece, static_cast<std::size_t>(got));
  }
  ::close(at);
  return answer;
}

struct stage {
  explicit stage(broker_options options = {})
      : b(options.brokers(2).topic("t", 2).control("127.0.0.1:0")),
        port(static_cast<std::uint16_t>(
            std::stoi(b.control_address().substr(b.control_address().rfind(':') + 1)))) {}

  /// Status and body.
  std::pair<int, json::object> ask(const std::string& method, const std::string& path,
                                   const std::string& body = "") {
    const auto answer =
        talk(port, method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body);
    REQUIRE(answer.starts_with("HTTP/1.1 "));
    const auto at = answer.find("\r\n\r\n");
    return {std::stoi(answer.substr(9, 3)), json::parse(answer.substr(at + 4)).as_object()};
  }
  void done(const std::string& method, const std::string& path, const std::string& body = "") {
    CAPTURE(path);
    const auto [status, said] = ask(method, path, body);
    CAPTURE(json::serialize(said));
    CHECK(status == 200);
  }
  /// The complaint; the status is as expected.
  std::string wrong(const std::string& method, const std::string& path, const std::string& body = "",
                    int expected = 400) {
    CAPTURE(path);
    const auto [status, said] = ask(method, path, body);
    CHECK(status == expected);
    return std::string{said.at("error").as_string()};
  }
  json::object state() { return ask("GET", "/state").second; }
  json::object partition(std::size_t index = 0) {
    return state().at("topics").at("t").at("partitions").as_array().at(index).as_object();
  }

  broker b;
  std::uint16_t port;
};

TEST_CASE("the list of controls has an example for each that takes a body, and all of them work") {
  stage s;
  const auto all = s.ask("GET", "/").second.at("controls").as_array();
  CHECK(all.size() > 20);
  for (const auto& one : all) {
    CHECK_FALSE(one.at("what").as_string().empty());
    const std::string path{one.at("path").as_string()};
    if (path == "/faults" && one.as_object().contains("example")) {
      s.done("POST", path, std::string{one.at("example").as_string()});
    }
  }
  CHECK(s.state().at("faults").as_array().size() == 1);
}

TEST_CASE("the state tells of brokers, leaders, groups and faults") {
  stage s{broker_options{}.also_listen("sasl_plaintext://127.0.0.1:0")};
  const auto state = s.state();
  const auto& brokers = state.at("brokers").as_array();
  REQUIRE(brokers.size() == 2);
  CHECK(brokers[0].at("listeners").as_array().at(1).at("protocol") == "SASL_PLAINTEXT");
  CHECK(brokers[1].at("listeners").as_array().at(0).at("address").as_string() ==
        "127.0.0.1:" + std::to_string(s.b.port(2)));
  CHECK(s.partition(1).at("leader") == 2);
}

TEST_CASE("faults are given and taken back") {
  stage s;
  for (const auto* fault :
       {R"({"api": "Produce", "do": "fail", "error": "NOT_ENOUGH_REPLICAS", "times": 2, "topic": "t"})",
        R"({"api": "fetch", "do": "delay", "ms": 20, "for_ms": 60000})",
        R"({"api": "Fetch", "do": "throttle", "ms": 20, "client_id": "c"})",
        R"({"api": "Fetch", "do": "drop", "when": "after", "broker": 2})",
        R"({"api": "Fetch", "do": "cut", "octets": 3})", R"({"api": "Fetch", "do": "corrupt", "octet": 9})",
        R"({"api": "Fetch", "do": "answer", "hex": "00fF"})", R"({"api": "Fetch", "do": "ignore"})"}) {
    s.done("POST", "/faults", fault);
  }
  const auto waiting = s.ask("GET", "/faults").second.at("faults").as_array();
  REQUIRE(waiting.size() == 8);
  CHECK(waiting[0].at("topic") == "t");
  CHECK(waiting[0].at("times") == 2);
  CHECK_FALSE(waiting[1].as_object().contains("times"));
  s.done("DELETE", "/faults");
  CHECK(s.ask("GET", "/faults").second.at("faults").as_array().empty());
  s.done("POST", "/versions", R"({"api": "Fetch", "max": 11})");
  s.done("DELETE", "/connections");
}

TEST_CASE("topics, leaders and coordinators are moved about") {
  stage s;
  s.done("POST", "/topics/new", R"({"partitions": 3, "configs": {"retention.bytes": 1000}})");
  CHECK(s.state().at("topics").at("new").at("partitions").as_array().size() == 3);
  s.done("POST", "/topics/new/hide");
  CHECK_FALSE(s.state().at("topics").as_object().contains("new"));
  s.done("POST", "/topics/new/show");
  s.done("POST", "/topics/new/recreate");
  s.done("DELETE", "/topics/new");
  CHECK_FALSE(s.state().at("topics").as_object().contains("new"));
  s.done("POST", "/topics/t/partitions/0/leader", R"({"broker": 2})");
  CHECK(s.b.leader("t", 0) == 2);
  const auto epoch = s.partition().at("leader_epoch").as_int64();
  s.done("POST", "/topics/t/partitions/0/epoch");
  CHECK(s.partition().at("leader_epoch").as_int64() == epoch + 1);
  s.done("POST", "/topics/t/partitions/0/lose", R"({"offset": 0})");
  s.done("POST", "/topics/t/partitions/0/replication", R"({"held": true})");
  for (const auto to : {1, 2}) {
    s.done("POST", "/coordinators", R"({"kind": "group", "key": "g", "broker": )" + std::to_string(to) + "}");
    CHECK(s.b.coordinator(broker::coordinated::group, "g") == to);
  }
  s.done("POST", "/coordinators", R"({"kind": "transactional_id", "key": "x", "broker": 1})");
  CHECK(s.ask("DELETE", "/producers/5").second.at("known") == false);
}

TEST_CASE("brokers stop, start, freeze, thaw and run out of disk") {
  stage s;
  const auto node = [&](std::size_t at) { return s.state().at("brokers").as_array().at(at).as_object(); };
  s.done("POST", "/brokers/2/stop", R"({"crash": true})");
  CHECK(node(1).at("running") == false);
  CHECK(s.b.leader("t", 1) == 1);
  s.done("POST", "/brokers/2/start");
  CHECK(node(1).at("running") == true);
  s.done("POST", "/brokers/2/freeze");
  CHECK(node(0).at("frozen") == false);
  CHECK(node(1).at("frozen") == true);
  s.done("POST", "/brokers/all/freeze");
  CHECK(node(0).at("frozen") == true);
  s.done("POST", "/brokers/all/thaw");
  CHECK(node(1).at("frozen") == false);
  s.done("POST", "/brokers/1/disk", R"({"full": true})");
  CHECK(node(0).at("disk_full") == true);
}

TEST_CASE("mistakes are told in a line: what, where, what would be right") {
  stage s;
  CHECK(s.wrong("GET", "/nowhere", "", 404) ==
        "GET /nowhere: there is no such control; GET / lists them all");
  CHECK(s.wrong("PUT", "/faults", "", 405) == "PUT /faults: this path takes GET, POST, DELETE, not PUT");
  CHECK(s.wrong("POST", "/faults", "{").starts_with("POST /faults: the body is no JSON: "));
  CHECK(s.wrong("POST", "/faults", "[]") == "POST /faults: the body is no JSON object but []");
  CHECK(s.wrong("POST", "/faults", "{}") == "POST /faults: \"api\" is missing");
  CHECK(s.wrong("POST", "/faults", R"({"apy": 1})")
            .starts_with("POST /faults: there is no field \"apy\"; known are api, do, "));
  CHECK(s.wrong("POST", "/faults", R"({"api": "Prodduce"})").find("there is no API \"Prodduce\"") !=
        std::string::npos);
  CHECK(s.wrong("POST", "/faults", R"({"api": "Fetch", "do": "x"})").find("\"do\" is one of fail, ") !=
        std::string::npos);
  CHECK(s.wrong("POST", "/faults", R"({"api": "Fetch", "do": "fail", "error": "X"})")
            .find("there is no error \"X\"") != std::string::npos);
  CHECK(s.wrong("POST", "/faults", R"({"api": "Fetch", "do": "delay", "ms": -1})")
            .find("\"ms\" is a number from 0 to 86400000, not -1") != std::string::npos);
  CHECK(s.wrong("POST", "/faults", R"({"api": "Fetch", "do": "answer", "hex": "0"})")
            .find("\"hex\" is pairs") != std::string::npos);
  CHECK(s.wrong("POST", "/faults", R"({"api": "Fetch", "do": "ignore", "broker": 9})") ==
        "POST /faults: no broker 9");
  CHECK(s.wrong("POST", "/topics/a%20b") == "POST /topics/a%20b: topic name a b");
  CHECK(s.wrong("POST", "/topics/none/hide") == "POST /topics/none/hide: no topic none");
  CHECK(s.wrong("POST", "/topics/t/partitions/9/epoch") ==
        "POST /topics/t/partitions/9/epoch: no partition 9 of topic t");
  CHECK(s.wrong("POST", "/topics/t/partitions/x/epoch").find("\"x\" in the path is no number") !=
        std::string::npos);
  CHECK(s.wrong("POST", "/brokers/7/stop") == "POST /brokers/7/stop: no broker 7");
  CHECK(s.wrong("POST", "/coordinators", R"({"kind": "x", "key": "g", "broker": 1})")
            .find("\"kind\" is group or") != std::string::npos);
}

TEST_CASE("what is too large, too slow or no HTTP harms nobody else") {
  stage s;
  CHECK(talk(s.port, "junk\r\n\r\n").empty());
  const auto large = talk(s.port, "POST /faults HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
  CHECK(large.starts_with("HTTP/1.1 413"));
  const auto long_header = talk(s.port, "GET / HTTP/1.1\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n");
  CHECK(long_header.starts_with("HTTP/1.1 431"));
  CHECK_THROWS_AS(broker{broker_options{}.control("ssl://127.0.0.1:0")}, std::invalid_argument);
  CHECK_THROWS_AS(broker{broker_options{}.control(s.b.control_address())}, std::system_error);
  s.b.stop();
  CHECK(s.state().at("connections") == 0);  // the endpoint outlives a stop
  s.b.start();
}

}  // namespace
}  // namespace kwire::embedded
