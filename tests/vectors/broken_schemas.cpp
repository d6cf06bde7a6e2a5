// A description with a fault made on purpose, for faults_test.py: broken_schemas MESSAGE FAULT prints the
// description with --dump, and else answers the line protocol of `kwire decode --ndjson` for the one request
// it is of.

#include <cstdio>
#include <iostream>
#include <kwire/protocol/wire/json.hpp>
#include <kwire/protocol/wire/json_reader.hpp>
#include <kwire/protocol/wire/visitor.hpp>

#include "raw_json.hpp"

namespace {

using namespace kwire;
using namespace kwire::protocol;

std::string fault = "none";

/// Kafka's BrokerHeartbeatRequest when there is no fault.
struct heartbeat {
  static constexpr message_info info{
      "BrokerHeartbeatRequest", api::broker_heartbeat, direction::request, {0, 2}, 0};

  std::int32_t broker_id = 0;
  std::int64_t broker_epoch = -1;
  std::int64_t current_metadata_offset = 0;
  bool want_fence = false;
  bool want_shut_down = false;
  std::vector<uuid> offline_log_dirs;
  std::optional<std::vector<uuid>> cordoned_log_dirs;
  unknown_fields unknown;

  void describe(visitor& v) {
    v("broker_id", broker_id);
    v("broker_epoch", broker_epoch, protocol::all.def(-1));
    v("current_metadata_offset", current_metadata_offset);
    v("want_fence", want_fence);
    v("want_shut_down", want_shut_down, since(fault == "version" ? 1 : 0));
    v("offline_log_dirs", offline_log_dirs, since(1).tag(0));
    v("cordoned_log_dirs", cordoned_log_dirs, since(2).tag(fault == "tag" ? 2 : 1).null(2).def_null());
  }
};

/// Kafka's InitProducerIdRequest likewise: a null that octets show.
struct init_producer {
  static constexpr message_info info{
      "InitProducerIdRequest", api::init_producer_id, direction::request, {0, 6}, 2, 5};

  std::optional<std::string> transactional_id = "";
  std::int32_t transaction_timeout_ms = 0;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  bool enable_2_pc = false;
  bool keep_prepared_txn = false;
  unknown_fields unknown;

  void describe(visitor& v) {
    v("transactional_id", transactional_id, protocol::all.null(fault == "nullable" ? 1 : 0));
    v("transaction_timeout_ms", transaction_timeout_ms);
    v("producer_id", producer_id, since(3).def(-1));
    v("producer_epoch", producer_epoch, since(3).def(-1));
    v("enable2_pc", enable_2_pc, since(6));
    v("keep_prepared_txn", keep_prepared_txn, since(6));
  }
};

bytes from_hex(std::string_view digits) {
  bytes out;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(std::string{digits.substr(at, 2)}, nullptr, 16)));
  }
  return out;
}

std::string to_hex(bytes_view octets) {
  std::string out;
  for (const auto octet : octets) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", std::to_integer<unsigned>(octet));
    out += digits;
  }
  return out;
}

template <class Message>
std::string answer(const cli::raw_members& line) {
  Message message;
  const auto version = static_cast<std::int16_t>(std::stoi(std::string{*line.find("version")}));
  std::string text = "{";
  if (line.has("op")) {
    record_sets none;
    const auto read = from_json(ref(message), version, *line.find("json"), none);
    if (!read) return "{\"error\":\"json\"}";
  } else {
    const auto octets = from_hex(*cli::raw_string(*line.find("hex")));
    if (!decode(message, version, octets)) return "{\"error\":\"octets\"}";
    text += "\"json\":" + to_json(message, version) + ",";
  }
  writer out;
  if (!encode(message, version, out)) return "{\"error\":\"not representable\"}";
  return text + "\"hex\":\"" + to_hex(out.buffer()) + "\"}";
}

template <class Message>
void run(bool dump) {
  if (dump) {
    std::puts(describe_schema(ref(Message{})).c_str());
    return;
  }
  for (std::string line; std::getline(std::cin, line);) {
    const auto members = cli::raw_members::of(line);
    std::puts(members ? answer<Message>(*members).c_str() : "{\"error\":\"line\"}");
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  fault = argv[2];
  const bool dump = argc > 3;
  argv[1] == heartbeat::info.name ? run<heartbeat>(dump) : run<init_producer>(dump);
}
