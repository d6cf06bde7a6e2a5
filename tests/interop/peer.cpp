// kwire's part in the exchanges between clients. Records travel to it in a file, one after the other:
// partition, timestamp, key, value, headers, with 32-bit lengths (-1 is null); what it consumes it prints
// one a line, in the form that record_file.py calls canonical.
//
//   peer produce BROKERS TOPIC FILE [key=value ...]
//   peer consume BROKERS TOPIC COUNT [key=value ...]     every partition from its beginning
#include <zlib.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>
#include <kwire/protocol/wire/reader.hpp>
#include <span>
#include <string>

namespace {

using namespace std::chrono_literals;

[[noreturn]] void die(const std::string& what) {
  std::cerr << "peer: " << what << '\n';
  std::exit(1);
}

template <class Config>
Config config_of(const char* brokers, std::span<char*> options) {
  Config config;
  config.set("bootstrap.servers", brokers);
  for (const char* option : options) config.parse(option);
  return config;
}

std::optional<std::string_view> nullable(kwire::protocol::reader& in) {
  const auto length = in.fixed<std::int32_t>();
  if (length < 0) return std::nullopt;
  return kwire::as_text(in.take(static_cast<std::size_t>(length)));
}

void produce_one(kwire::producer& producer, const char* topic, kwire::protocol::reader& in,
                 std::atomic<int>& failures) {
  const auto partition = kwire::partition_id{in.fixed<std::int32_t>()};
  const auto time = in.fixed<std::int64_t>();
  const auto key = nullable(in);
  const auto value = nullable(in);
  kwire::record record{topic, key, value};
  record.partition(partition).at(kwire::timestamp{std::chrono::milliseconds{time}});
  for (auto headers = in.fixed<std::int32_t>(); headers > 0; --headers) {
    const auto name = nullable(in);
    record.header(name.value_or(""), nullable(in));
  }
  auto accepted = producer.produce(record, [&failures](const kwire::delivery& report) {
    if (report) return;
    ++failures;
    std::cerr << report.error().message() << '\n';
  });
  if (!accepted) die(accepted.error().message());
}

void produce(const char* brokers, const char* topic, const char* path, std::span<char*> options) {
  std::ifstream file{path, std::ios::binary};
  const std::string content{std::istreambuf_iterator<char>{file}, {}};
  if (!file) die(std::string{"cannot read "} + path);
  std::atomic<int> failures = 0;
  kwire::producer producer{config_of<kwire::producer_config>(brokers, options)};
  kwire::protocol::reader in{kwire::as_bytes(content)};
  while (in.ok() && in.remaining() > 0) produce_one(producer, topic, in, failures);
  if (!in.ok()) die("the record file is cut off");
  if (const auto left = producer.flush(60s); left > 0)
    die(std::to_string(left) + " records were not delivered");
  if (failures > 0) die(std::to_string(failures) + " records failed");
}

std::string canonical(std::optional<kwire::bytes_view> octets) {
  if (!octets) return "null";
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(octets->data()), static_cast<uInt>(octets->size()));
  char text[40];
  std::snprintf(text, sizeof text, "%zu:%08lx", octets->size(), sum);
  return text;
}

void print(kwire::partition_id partition, const kwire::record_view& record) {
  std::cout << raw(partition) << '\t' << record.timestamp_ms() << '\t' << canonical(record.key()) << '\t'
            << canonical(record.value()) << '\t';
  const char* separator = "";
  for (const auto& header : record.headers()) {
    std::cout << separator << header.key << '=' << canonical(header.value);
    separator = ",";
  }
  std::cout << '\n';
}

std::vector<kwire::partition_offset> partitions_of(const char* brokers, const char* topic) {
  kwire::producer producer{kwire::producer_config{{"bootstrap.servers", brokers}}};
  const auto count = producer.partitions(topic);
  if (!count) die(count.error().message());
  std::vector<kwire::partition_offset> all;
  for (std::size_t i = 0; i < *count; ++i) {
    all.emplace_back(topic, kwire::partition_id{static_cast<std::int32_t>(i)}, kwire::offset_beginning);
  }
  return all;
}

void consume(const char* brokers, const char* topic, const char* count, std::span<char*> options) {
  std::size_t left = 0;
  std::from_chars(count, count + std::char_traits<char>::length(count), left);
  kwire::consumer consumer{config_of<kwire::consumer_config>(brokers, options)};
  if (auto assigned = consumer.assign(partitions_of(brokers, topic)); !assigned)
    die(assigned.error().message());
  const auto patience = std::chrono::steady_clock::now() + 120s;
  while (left > 0) {
    const auto batch = consumer.poll(1s);
    if (!batch) die(batch.error().message());
    if (std::chrono::steady_clock::now() > patience) die(std::to_string(left) + " records did not come");
    for (const auto& part : batch->partitions()) {
      for (const auto& record : part) {
        print(part.partition(), record);
        if (--left == 0) return;
      }
    }
    if (batch->error()) die(batch->error()->message());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) die("usage: peer produce|consume BROKERS TOPIC FILE|COUNT [key=value ...]");
  const std::string_view work = argv[1];
  const std::span options{argv + 5, argv + argc};
  if (work == "produce") {
    produce(argv[2], argv[3], argv[4], options);
  } else if (work == "consume") {
    consume(argv[2], argv[3], argv[4], options);
  } else {
    die("the work is produce or consume");
  }
  return 0;
}
